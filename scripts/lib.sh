# shellcheck shell=bash
#
# What the scripts share: messages, packages, the build, users. Sourced.
# shellcheck disable=SC2034  # the lists are for those who source this

ROOT=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
BUILD=${HUB_BUILD:-$ROOT/build}
PATH=$PATH:/usr/sbin:/sbin

BUILD_PACKAGES=(autoconf automake make gcc libc6-dev pkgconf libfcgi-dev
	libyajl-dev liblmdb-dev libssl-dev libsodium-dev libutf8proc-dev
	liboath-dev libqrencode-dev libcurl4-openssl-dev libcmocka-dev)
RUN_PACKAGES=(nginx openssl curl jq util-linux cracklib-runtime wdutch)

say() {
	printf '%s\n' "$*"
}

die() {
	printf '%s: %s\n' "${0##*/}" "$*" >&2
	exit 1
}

# refuse_option WORD: what is on the command line and has no meaning.
refuse_option() {
	printf "%s: what is '%s'? --help lists the options\n" "${0##*/}" "$1" >&2
	exit 2
}

as_root() {
	if ((EUID == 0)); then
		"$@"
	else
		sudo "$@"
	fi
}

is_installed() {
	dpkg-query -W -f='${db:Status-Status}\n' "$1" 2>/dev/null |
		grep -qx installed
}

# Debian starts a service when it installs it. A policy says no to that, but
# only for as long as this takes, and only where the machine has none.
apt_install() (
	policy=/usr/sbin/policy-rc.d
	export DEBIAN_FRONTEND=noninteractive
	if [[ ! -e $policy ]]; then
		trap 'as_root rm -f "$policy"' EXIT
		trap 'exit 1' INT TERM HUP
		printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
		as_root chmod 755 "$policy"
	fi
	as_root apt-get -qq update &&
		as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y \
			--no-install-recommends install "$@"
)

# install_missing PACKAGE...: does nothing at all when all are there.
install_missing() {
	local missing=() package log

	command -v dpkg-query >/dev/null ||
		die "this is no Debian system; install by hand: $*"
	for package; do
		# nginx may come from another package, of any name.
		if [[ $package == nginx ]] && command -v nginx >/dev/null; then
			continue
		fi
		is_installed "$package" || missing+=("$package")
	done
	((${#missing[@]} > 0)) || return 0
	if ((EUID != 0)) && ! command -v sudo >/dev/null; then
		die "packages are missing and there is no sudo; as root:" \
			"apt-get install ${missing[*]}"
	fi
	say "installing ${missing[*]}"
	log=$(mktemp)
	if ! apt_install "${missing[@]}" >"$log" 2>&1; then
		tail -n 20 "$log" >&2
		rm -f "$log"
		die "apt-get could not install ${missing[*]}"
	fi
	rm -f "$log"
}

build_steps() {
	if [[ ! -x $ROOT/configure || ! -e $ROOT/Makefile.in ]]; then
		(cd "$ROOT" && autoreconf -fi) || return
	fi
	cd "$BUILD" || return
	if [[ ! -x config.status || ! -e Makefile ]]; then
		"$ROOT/configure" || return
	fi
	make -j"$(nproc)"
}

# The programs, in $BUILD; one build at a time.
build_hub() {
	local log=$BUILD/build.log

	mkdir -p "$BUILD"
	say "building (log: $log)"
	if ! (
		exec 8>"$BUILD/.lock"
		flock 8
		build_steps >"$log" 2>&1 8>&-
	); then
		tail -n 40 "$log" >&2
		die "the build failed; the whole log is $log"
	fi
}

port_is_taken() {
	(exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

# become USER [GROUP...]: sets the words before a command that run it as that
# user, with these groups beside its own. It gets TERM when this script dies.
# Words and not a function, so that a command in the background is a child of
# this very shell.
become() {
	as_user=(setpriv --pdeathsig TERM)
	if ((EUID == 0)); then
		as_user+=(--reuid "$1" --regid "$1" --inh-caps=-all
			--bounding-set=-all --no-new-privs)
		if (($# == 1)); then
			as_user+=(--init-groups)
		else
			as_user+=(--groups "$(
				IFS=,
				printf '%s' "$*"
			)")
		fi
	fi
	as_user+=(--)
}

# folder MODE USER GROUP PATH
folder() {
	mkdir -p "$4"
	if ((EUID == 0)); then
		chown "$2:$3" "$4"
	fi
	chmod "$1" "$4"
}

# A sleep that a signal ends.
nap() {
	sleep "$1" 9>&- &
	wait $! || true
}
