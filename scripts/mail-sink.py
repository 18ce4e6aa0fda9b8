#!/usr/bin/python3
"""A mail server that delivers nothing.

It listens on loopback and keeps each mail that it takes as a file, so that one
can try what the hub sends, and tests can read it. It can also do what mail
servers do on a bad day.
"""
import argparse
import asyncio
import os
import signal
import ssl
import sys
import time

from aiosmtpd.smtp import SMTP, AuthResult


def parse_arguments():
    parser = argparse.ArgumentParser(
        description='Takes mail on 127.0.0.1 and keeps it as files.')
    parser.add_argument('--port', type=int, required=True)
    parser.add_argument('--folder', required=True,
                        help='where each mail becomes a file, N.eml')
    parser.add_argument('--certificate', help='offers STARTTLS with it')
    parser.add_argument('--key', help='of the certificate')
    parser.add_argument('--tls', action='store_true',
                        help='TLS from the first byte on, no STARTTLS')
    parser.add_argument('--login', metavar='FILE',
                        help='asks for the name and password in its two lines')
    parser.add_argument('--answer-rcpt', metavar='ANSWER',
                        help='to each recipient, such as "550 5.1.1 nobody"')
    parser.add_argument('--answer-data', metavar='ANSWER',
                        help='to each mail, such as "451 4.3.0 later"')
    parser.add_argument('--slow', type=float, default=0, metavar='SECONDS',
                        help='that it takes to take a mail')
    parser.add_argument('--hang-up', action='store_true',
                        help='when the mail is being sent')
    return parser.parse_args()


class Handler:
    def __init__(self, options):
        self.options = options
        self.number = 0

    async def handle_RCPT(self, server, session, envelope, address, _options):
        if self.options.answer_rcpt:
            return self.options.answer_rcpt
        envelope.rcpt_tos.append(address)
        return '250 OK'

    async def handle_DATA(self, server, session, envelope):
        if self.options.hang_up:
            server.transport.abort()
            return '451 gone'
        await asyncio.sleep(self.options.slow)
        if self.options.answer_data:
            return self.options.answer_data
        self.keep(envelope)
        return '250 OK'

    def keep(self, envelope):
        """Under its name the file is whole from the beginning."""
        self.number += 1
        name = os.path.join(self.options.folder,
                            f'{time.time_ns()}-{self.number}')
        with open(name + '.new', 'wb') as file:
            recipients = ', '.join(envelope.rcpt_tos)
            file.write(f'X-Envelope-To: {recipients}\r\n'.encode())
            file.write(envelope.original_content)
        os.rename(name + '.new', name + '.eml')


def login_of(path):
    with open(path, 'rb') as file:
        name, password = file.read().splitlines()[:2]

    def check(_server, _session, _envelope, _mechanism, data):
        good = data.login == name and data.password == password
        return AuthResult(success=good)

    return check


async def serve(options):
    context = None
    if options.certificate:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(options.certificate, options.key)
    starttls = context if not options.tls else None
    handler = Handler(options)
    more = {}
    if options.login:
        more = {'authenticator': login_of(options.login),
                'auth_required': True, 'auth_require_tls': not options.tls}
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(handler, hostname='mail-sink', tls_context=starttls,
                     require_starttls=starttls is not None, **more),
        '127.0.0.1', options.port, ssl=context if options.tls else None)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    print('ready', flush=True)
    await stop.wait()
    server.close()
    # What a client still waits for is not waited for here.
    sys.stdout.flush()
    os._exit(0)


def main():
    options = parse_arguments()
    os.makedirs(options.folder, mode=0o700, exist_ok=True)
    asyncio.run(serve(options))


main()
