// What the employees' pages say beside what all pages say.
import { addTexts } from '../lib/text.js';

addTexts({
	'beheer': 'Relatiebeheer',

	'refused.title': 'U hebt hier geen toegang',
	'refused.note': 'Relatiebeheer is voor medewerkers. Het account waarmee u ' +
		'bent aangemeld, heeft die rol bij geen enkele organisatie. Werkt u ' +
		'hier wel, vraag dan uw beheerder om de rol.',
	'refused.mine': 'Naar mijn gegevens',

	'search.title': 'Zoek een relatie',
	'search.hint': 'Naam, dossiernummer of e-mailadres',
	'search.organization': 'Organisatie',
	'search.all': 'Alle organisaties',
	'search.first': 'De eerste relaties',
	'search.results': 'Gevonden relaties',
	'search.none': 'Geen relatie gevonden',
	'search.none-note': 'Elk woord moet het begin zijn van een naam, het ' +
		'dossiernummer of het e-mailadres.',
	'search.empty': 'Er zijn nog geen relaties',
	'search.empty-note': 'Relaties komen uit de administratie van uw kantoor. ' +
		'Zodra ze hier zijn aangeleverd, vindt u ze op deze pagina.',
	'search.one': '1 relatie gevonden',
	'search.found': '{n} relaties gevonden',
	'search.many': 'De eerste {n} relaties; typ verder om te verfijnen',
	'search.shown': 'Er staan {n} relaties.',
	'search.long': 'Dit is te lang om op te zoeken. Gebruik een paar woorden.',
	'search.dossier': 'Dossier {number}',
	'search.no-account': 'Geen account',

	'contact.back': 'Terug naar zoeken',
	'contact.data': 'Gegevens',
	'contract.back': 'Terug naar dossier {number}',

	'account': 'Account',
	'account.none': 'Deze relatie heeft nog geen account.',
	'account.add': 'Account toevoegen',
	'account.name': 'Accountnaam (e-mail)',
	'account.state': 'Status',
	'account.last': 'Laatst aangemeld',
	'account.never': 'Nog niet',
	'account.hidden': 'Niet te zien: het account wordt ook elders gebruikt',
	'account.until': 'Tijdelijk wachtwoord geldig tot',
	'account.ended': 'Tijdelijk wachtwoord was geldig tot',
	'account.proven': 'E-mailadres bevestigd',
	'proven.yes': 'Ja, de eigenaar leest wat erheen wordt gemaild',
	'proven.no': 'Nee, nog niet',
	'account.expired': 'Het tijdelijke wachtwoord is niet op tijd gebruikt; de ' +
		'relatie kan zich er niet meer mee aanmelden. Maak een nieuw en geef ' +
		'het door.',
	'account.expired-mail': 'Het tijdelijke wachtwoord is niet op tijd ' +
		'gebruikt; de relatie kan zich er niet meer mee aanmelden. Verstuur ' +
		'een nieuw.',
	'account.shared': 'Dit account hoort ook bij een andere organisatie of bij ' +
		'een medewerker. Daarom ziet u niet waar het is aangemeld en welke ' +
		'apps toegang hebben. U kunt er geen tijdelijk wachtwoord voor ' +
		'maken, en alleen de toegang tot dit dossier intrekken.',
	'account.shared-mail': 'Dit account hoort ook bij een andere organisatie ' +
		'of bij een medewerker. Daarom ziet u niet waar het is aangemeld en ' +
		'welke apps toegang hebben. Een nieuw wachtwoord gaat per mail naar ' +
		'de eigenaar, en u kunt alleen de toegang tot dit dossier intrekken.',

	'state.pending': 'Wacht op eerste aanmelding',
	'state.expired': 'Tijdelijk wachtwoord verlopen',
	'state.active': 'Actief',
	'state.blocked': 'Geblokkeerd',
	'state.none': 'Nog geen wachtwoord',

	'account.reset': 'Nieuw tijdelijk wachtwoord',
	'account.reset-mail': 'Nieuw wachtwoord mailen',
	'account.email': 'E-mailadres wijzigen',
	'account.block': 'Blokkeren',
	'account.withdraw': 'Toegang intrekken',
	'account.unblock': 'Deblokkeren',
	'account.blocked': 'Het account is geblokkeerd. Wat ermee geopend was, is ' +
		'nu dicht.',
	'account.withdrawn': 'De toegang tot dit dossier is ingetrokken.',
	'account.unblocked': 'Het account is weer te gebruiken.',
	'account.changed': 'Iemand anders heeft dit dossier intussen gewijzigd. U ' +
		'ziet nu hoe het ervoor staat; kijk het na en probeer het zo nodig ' +
		'opnieuw.',
	'account.taken': 'Iemand anders was u net voor: deze relatie heeft al een ' +
		'account.',
	'account.gone': 'Deze relatie heeft geen account meer.',
	'account.is-blocked': 'Dit account is geblokkeerd. Deblokkeer het eerst; ' +
		'maak daarna een nieuw tijdelijk wachtwoord.',
	'account.disabled': 'Een beheerder heeft dit account uitgezet. Alleen een ' +
		'beheerder kan het weer aanzetten; vraag het daar na.',

	'add.note': 'De relatie meldt zich aan met dit e-mailadres en een tijdelijk ' +
		'wachtwoord, dat u hierna ziet.',
	'add.note-mail': 'De relatie meldt zich aan met dit e-mailadres. Het ' +
		'tijdelijke wachtwoord gaat per mail naar dit adres; u ziet het niet.',
	'add.email': 'E-mailadres',
	'add.submit': 'Account maken',
	'add.empty': 'Vul een e-mailadres in.',
	'add.bad': 'Dit is geen e-mailadres. Kijk het na: het heeft de vorm ' +
		'naam@voorbeeld.nl.',
	'add.in-use': 'Dit e-mailadres hoort al bij een ander account. De eigenaar ' +
		'daarvan moet de koppeling zelf aanvaarden; een beheerder kan het ' +
		'account ook koppelen.',
	'add.many': 'U hebt dit te vaak geprobeerd. ' +
		'Wacht {seconds} seconden en probeer het dan opnieuw.',
	'cancel': 'Annuleren',

	'reset.title': 'Nieuw tijdelijk wachtwoord maken?',
	'reset.note': 'Het wachtwoord van {username} werkt daarna meteen niet meer, ' +
		'en wie ermee was aangemeld, is dat niet langer.',
	'reset.submit': 'Wachtwoord maken',
	'reset.title-mail': 'Nieuw wachtwoord mailen?',
	'reset.note-mail': 'Het wachtwoord van {username} werkt daarna meteen niet ' +
		'meer, en wie ermee was aangemeld, is dat niet langer. Een tijdelijk ' +
		'wachtwoord gaat per mail naar dat adres.',
	'reset.note-shared': 'Een tijdelijk wachtwoord gaat per mail naar ' +
		'{username}. Het wachtwoord dat de eigenaar nu heeft, blijft werken ' +
		'tot die er zelf een nieuw kiest.',
	'reset.submit-mail': 'Mail versturen',
	'block.title': 'Account blokkeren?',
	'block.note': '{username} kan zich daarna niet meer aanmelden, en wat nu ' +
		'open is, gaat meteen dicht. U kunt het later deblokkeren.',
	'withdraw.title': 'Toegang tot dit dossier intrekken?',
	'withdraw.note': '{username} ziet dit dossier daarna niet meer. Het account ' +
		'zelf blijft bestaan.',

	'password.title': 'Tijdelijk wachtwoord',
	'password.note': 'Geef dit door aan de relatie. U ziet het alleen nu.',
	'password.until': 'Geldig tot {until}',
	'password.copy': 'Kopiëren',
	'password.copied': 'Gekopieerd',
	'password.select': 'Kopiëren lukt hier niet; het wachtwoord is ' +
		'geselecteerd.',
	'password.hide': 'Verbergen',
	'address.note': 'De relatie meldt zich hiermee aan op:',
	'address.copy': 'Adres kopiëren',
	'address.copied': 'Adres gekopieerd',
	'address.select': 'Kopiëren lukt hier niet; het adres is geselecteerd.',

	// The panel: mail, another address, invitations, access, history.
	'mail': 'Mail met tijdelijk wachtwoord',
	'mail.waiting': 'Wacht om te worden verstuurd',
	'mail.trying': 'Nog niet verstuurd; de hub blijft het proberen (pogingen ' +
		'tot nu: {n})',
	'mail.failed': 'Kon niet worden verstuurd',
	'mail.failed-note': 'Kijk het e-mailadres na en wijzig het als het niet ' +
		'klopt. Klopt het wel, verstuur dan opnieuw; blijft het misgaan, meld ' +
		'het dan aan uw beheerder.',
	'mail.sent': 'Verstuurd',
	'mail.again': 'Opnieuw versturen',
	'mail.on-its-way': 'Een tijdelijk wachtwoord wordt gemaild aan {username}.',

	'email.submit': 'Adres wijzigen',
	'email.note': 'De relatie meldt zich daarna met dit adres aan. Wat de ' +
		'relatie verder heeft, blijft zoals het is.',
	'email.note-mail': 'De relatie meldt zich daarna met dit adres aan. Een ' +
		'nieuw tijdelijk wachtwoord wordt naar dit adres gemaild; een eerder ' +
		'gemaild wachtwoord werkt dan niet meer.',
	'email.in-use': 'Dit e-mailadres hoort al bij een ander account. Kies een ' +
		'ander adres.',
	'email.proven': 'De eigenaar heeft het e-mailadres intussen bevestigd, en ' +
		'kan het nu alleen zelf nog wijzigen.',
	'email.done': 'Het account heeft nu het e-mailadres {username}.',

	'invite.in-use': 'Dit e-mailadres hoort al bij een ander account. U kunt ' +
		'de eigenaar uitnodigen om dit dossier eraan te koppelen.',
	'invite.submit': 'Uitnodigen om te koppelen',
	'invite.unknown': 'Dit e-mailadres hoort bij geen account meer. Maak er een ' +
		'account voor.',
	'invite.has-dossier': 'Het account met dit adres heeft al een ander dossier ' +
		'van deze organisatie. Een beheerder kan dat nakijken.',
	'invite.many': 'De eigenaar van dit account heeft nog andere uitnodigingen ' +
		'te beantwoorden. Trek er een in, of probeer het later.',
	'invite.waits': 'De eigenaar van een ander account is uitgenodigd om dit ' +
		'dossier daaraan te koppelen, en heeft nog niet geantwoord.',
	'invite.sent': 'Verstuurd op',
	'invite.until': 'Geldig tot',
	'invite.done': 'De uitnodiging wordt gemaild aan {email}.',
	'invite.withdraw': 'Uitnodiging intrekken',
	'invite.withdraw-title': 'Uitnodiging intrekken?',
	'invite.withdraw-note': '{email} kan dit dossier daarna niet meer aanvaarden. ' +
		'U kunt later opnieuw uitnodigen.',
	'invite.withdrawn': 'De uitnodiging is ingetrokken.',
	'invite.gone': 'Deze uitnodiging is er niet meer: ze is beantwoord, ' +
		'verlopen of ingetrokken. U ziet nu hoe het ervoor staat.',

	'access': 'Aanmeldingen en apps',
	'access.sessions': 'Aangemeld',
	'access.no-sessions': 'Op dit moment nergens.',
	'access.since': 'Sinds {since}',
	'access.used': 'laatst gebruikt {used}',
	'access.apps': 'Apps met toegang',
	'access.no-apps': 'Geen.',
	'access.app-since': 'sinds {since}',
	'access.end': 'Beëindigen',
	'end.session': 'Aanmelding beëindigen?',
	'end.session-note': '{name}: wat met deze aanmelding open is, gaat meteen ' +
		'dicht. De relatie kan zich opnieuw aanmelden.',
	'end.session-done': 'De aanmelding is beëindigd.',
	'end.app': 'Toegang van de app beëindigen?',
	'end.app-note': '{name} kan daarna niet meer bij de gegevens van de relatie, ' +
		'tot die de app opnieuw toegang geeft.',
	'end.app-done': 'De toegang van de app is beëindigd.',

	'history': 'Geschiedenis',
	'history.none': 'Er is nog niets gebeurd.',
	'history.shown': 'Er staan {n} gebeurtenissen.',
	'by.owner': 'door de eigenaar zelf',
	'by.somebody': 'door {by}',
	'by.app': 'via {by}',
	'by.hubctl': 'door een beheerder',
	'by.housekeeper': 'door de hub',
	'event.from': 'vanaf {source}',
	'event.signin.succeeded': 'Aangemeld',
	'event.signin.failed': 'Aanmelden mislukt',
	'event.signin.throttled': 'Te vaak geprobeerd aan te melden',
	'event.signin.new_device': 'Aangemeld in een nieuwe browser',
	'event.session.ended': 'Aanmelding beëindigd',
	'event.password.changed': 'Wachtwoord gewijzigd',
	'event.password.reset': 'Nieuw tijdelijk wachtwoord gemaakt',
	'event.password.set': 'Wachtwoord ingesteld',
	'event.password.mailed': 'Tijdelijk wachtwoord gemaild',
	'event.password.forgotten': 'Nieuw wachtwoord aangevraagd',
	'event.password.forgotten_throttled':
		'Te vaak een nieuw wachtwoord aangevraagd',
	'event.second-factor.asked': 'Code van de tweede stap gevraagd',
	'event.second-factor.required': 'Tweede stap verplicht',
	'event.second-factor.added': 'Tweede stap toegevoegd',
	'event.second-factor.failed': 'Code van de tweede stap klopte niet',
	'event.second-factor.throttled': 'Te vaak een verkeerde code ingevuld',
	'event.second-factor.recovery-used': 'Herstelcode gebruikt',
	'event.second-factor.recovery-renewed': 'Herstelcodes vernieuwd',
	'event.second-factor.removed': 'Tweede stap weggehaald',
	'event.second-factor.reset': 'Tweede stap gewist',
	'event.account.added': 'Account gemaakt',
	'event.account.not_added': 'Account toch niet gemaakt',
	'event.account.enabled': 'Account gedeblokkeerd',
	'event.account.not_enabled': 'Account toch niet gedeblokkeerd',
	'event.account.disabled': 'Account geblokkeerd',
	'event.account.revoked': 'Overal afgemeld',
	'event.account.linked': 'Dossier aan een account gekoppeld',
	'event.account.not_linked': 'Dossier toch niet gekoppeld',
	'event.account.dossier_withdrawn': 'Toegang tot het dossier ingetrokken',
	'event.account.address_proven': 'E-mailadres bevestigd',
	'event.account.address_asked': 'Wijziging van e-mailadres aangevraagd',
	'event.account.address_changed': 'E-mailadres gewijzigd door de eigenaar',
	'event.account.address_not_changed': 'E-mailadres toch niet gewijzigd',
	'event.account.address_set': 'E-mailadres gewijzigd',
	'event.account.address_not_set': 'E-mailadres toch niet gewijzigd',
	'event.account.address_code_wrong': 'Verkeerde code voor het e-mailadres',
	'event.account.address_dropped': 'Wijziging van e-mailadres vervallen',
	'event.account.address_in_use': 'Adres geprobeerd dat al in gebruik is',
	'event.account.address_throttled': 'Te vaak een adres geprobeerd',
	'event.invitation.made': 'Eigenaar van een account uitgenodigd',
	'event.invitation.withdrawn': 'Uitnodiging ingetrokken',
	'event.invitation.accepted': 'Uitnodiging aanvaard',
	'event.invitation.declined': 'Uitnodiging afgewezen',
	'event.invitation.address_unknown': 'Adres uitgenodigd dat niemand heeft',
	'event.role.given': 'Rol gegeven',
	'event.role.not_given': 'Rol toch niet gegeven',
	'event.role.taken': 'Rol afgenomen',
	'event.token.issued': 'Toegang gegeven door een beheerder',
	'event.token.revoked': 'Toegang van een app ingetrokken',
	'event.grant.revoked': 'Toegang van een app beëindigd',
	'event.consent.given': 'App toegang gegeven',
	'event.consent.withdrawn': 'Toegang van een app ingetrokken',
	'event.code.reused': 'Aanmeldcode tweemaal gebruikt; toegang beëindigd',
	'event.refresh.reused': 'Toegang van een app tweemaal vernieuwd; beëindigd',
	'event.mail.failed': 'Mail kon niet worden verstuurd',
	'event.mail.retried': 'Mail opnieuw in de wachtrij gezet',
	'event.mail.dropped': 'Mail uit de wachtrij gehaald',
}, {
	'beheer': 'Contact management',

	'refused.title': 'You have no access here',
	'refused.note': 'Contact management is for employees. The account that you ' +
		'are signed in with has that role at no organisation. If you do work ' +
		'here, ask your administrator for the role.',
	'refused.mine': 'To my data',

	'search.title': 'Find a contact',
	'search.hint': 'Name, dossier number or email address',
	'search.organization': 'Organisation',
	'search.all': 'All organisations',
	'search.first': 'The first contacts',
	'search.results': 'Contacts found',
	'search.none': 'No contact found',
	'search.none-note': 'Each word has to be the beginning of a name, the ' +
		'dossier number or the email address.',
	'search.empty': 'There are no contacts yet',
	'search.empty-note': 'Contacts come from the records of your office. As ' +
		'soon as they are brought in, you find them on this page.',
	'search.one': '1 contact found',
	'search.found': '{n} contacts found',
	'search.many': 'The first {n} contacts; type on to narrow it down',
	'search.shown': '{n} contacts are shown.',
	'search.long': 'This is too long to search for. Use a few words.',
	'search.dossier': 'Dossier {number}',
	'search.no-account': 'No account',

	'contact.back': 'Back to search',
	'contact.data': 'Data',
	'contract.back': 'Back to dossier {number}',

	'account': 'Account',
	'account.none': 'This contact has no account yet.',
	'account.add': 'Account toevoegen',
	'account.name': 'Accountnaam (e-mail)',
	'account.state': 'Status',
	'account.last': 'Last signed in',
	'account.never': 'Not yet',
	'account.hidden': 'Not shown: the account is used elsewhere too',
	'account.until': 'Temporary password valid until',
	'account.ended': 'Temporary password was valid until',
	'account.proven': 'Email address confirmed',
	'proven.yes': 'Yes, the owner reads what is mailed to it',
	'proven.no': 'No, not yet',
	'account.expired': 'The temporary password was not used in time; the ' +
		'contact can no longer sign in with it. Make a new one and pass it on.',
	'account.expired-mail': 'The temporary password was not used in time; the ' +
		'contact can no longer sign in with it. Send a new one.',
	'account.shared': 'This account also belongs to another organisation or to ' +
		'an employee. So you do not see where it is signed in and which apps ' +
		'have access. You cannot make a temporary password for it, and can ' +
		'only withdraw the access to this dossier.',
	'account.shared-mail': 'This account also belongs to another organisation ' +
		'or to an employee. So you do not see where it is signed in and which ' +
		'apps have access. A new password goes to the owner by mail, and you ' +
		'can only withdraw the access to this dossier.',

	'state.pending': 'Waits for the first sign-in',
	'state.expired': 'Temporary password has expired',
	'state.active': 'Active',
	'state.blocked': 'Blocked',
	'state.none': 'No password yet',

	'account.reset': 'New temporary password',
	'account.reset-mail': 'Mail a new password',
	'account.email': 'Change the email address',
	'account.block': 'Block',
	'account.withdraw': 'Withdraw access',
	'account.unblock': 'Unblock',
	'account.blocked': 'The account is blocked. What was opened with it is ' +
		'closed now.',
	'account.withdrawn': 'The access to this dossier is withdrawn.',
	'account.unblocked': 'The account can be used again.',
	'account.changed': 'Somebody else has changed this dossier meanwhile. You ' +
		'see how it stands now; look at it and try again if need be.',
	'account.taken': 'Somebody else was just before you: this contact has an ' +
		'account already.',
	'account.gone': 'This contact has no account any more.',
	'account.is-blocked': 'This account is blocked. Unblock it first; then ' +
		'make a new temporary password.',
	'account.disabled': 'An administrator has disabled this account. Only an ' +
		'administrator can enable it again; ask there.',

	'add.note': 'The contact signs in with this email address and a temporary ' +
		'password, which you see next.',
	'add.note-mail': 'The contact signs in with this email address. The ' +
		'temporary password goes to it by mail; you do not see it.',
	'add.email': 'Email address',
	'add.submit': 'Make the account',
	'add.empty': 'Enter an email address.',
	'add.bad': 'This is no email address. Check it: it has the form ' +
		'name@example.com.',
	'add.in-use': 'This email address belongs to another account. Its owner has ' +
		'to accept the link; an administrator can link the account too.',
	'add.many': 'You have tried this too often. ' +
		'Wait {seconds} seconds, then try again.',
	'cancel': 'Cancel',

	'reset.title': 'Make a new temporary password?',
	'reset.note': 'The password of {username} stops working at once, and who ' +
		'was signed in with it no longer is.',
	'reset.submit': 'Make the password',
	'reset.title-mail': 'Mail a new password?',
	'reset.note-mail': 'The password of {username} stops working at once, and ' +
		'who was signed in with it no longer is. A temporary password goes to ' +
		'that address by mail.',
	'reset.note-shared': 'A temporary password goes to {username} by mail. The ' +
		'password that the owner has now keeps working until they choose a ' +
		'new one.',
	'reset.submit-mail': 'Send the mail',
	'block.title': 'Block the account?',
	'block.note': '{username} can no longer sign in, and what is open now closes ' +
		'at once. You can unblock it later.',
	'withdraw.title': 'Withdraw the access to this dossier?',
	'withdraw.note': '{username} no longer sees this dossier. The account itself ' +
		'stays.',

	'password.title': 'Temporary password',
	'password.note': 'Pass this on to the contact. You see it only now.',
	'password.until': 'Valid until {until}',
	'password.copy': 'Copy',
	'password.copied': 'Copied',
	'password.select': 'Copying does not work here; the password is selected.',
	'password.hide': 'Hide',
	'address.note': 'The contact signs in with it at:',
	'address.copy': 'Copy the address',
	'address.copied': 'Address copied',
	'address.select': 'Copying does not work here; the address is selected.',

	// The panel: mail, another address, invitations, access, history.
	'mail': 'Mail with the temporary password',
	'mail.waiting': 'Waits to be sent',
	'mail.trying': 'Not sent yet; the hub keeps trying (tries so far: {n})',
	'mail.failed': 'Could not be sent',
	'mail.failed-note': 'Check the email address, and change it if it is wrong. ' +
		'If it is right, send again; if it keeps failing, tell your ' +
		'administrator.',
	'mail.sent': 'Sent',
	'mail.again': 'Send again',
	'mail.on-its-way': 'A temporary password is being mailed to {username}.',

	'email.submit': 'Change the address',
	'email.note': 'The contact signs in with this address from then on. ' +
		'Everything else stays as it is.',
	'email.note-mail': 'The contact signs in with this address from then on. A ' +
		'new temporary password is mailed to it; one that was mailed before ' +
		'no longer works then.',
	'email.in-use': 'This email address belongs to another account. Choose ' +
		'another address.',
	'email.proven': 'The owner has confirmed the email address meanwhile, and is ' +
		'now the only one to change it.',
	'email.done': 'The account now has the email address {username}.',

	'invite.in-use': 'This email address belongs to another account. You can ' +
		'invite its owner to link this dossier to it.',
	'invite.submit': 'Invite to link',
	'invite.unknown': 'This email address belongs to no account any more. Make ' +
		'an account for it.',
	'invite.has-dossier': 'The account with this address has another dossier of ' +
		'this organisation already. An administrator can look into that.',
	'invite.many': 'The owner of this account has other invitations to answer ' +
		'first. Take one of yours back, or try again later.',
	'invite.waits': 'The owner of another account was invited to link this ' +
		'dossier to it, and has not answered yet.',
	'invite.sent': 'Sent on',
	'invite.until': 'Valid until',
	'invite.done': 'The invitation is being mailed to {email}.',
	'invite.withdraw': 'Withdraw the invitation',
	'invite.withdraw-title': 'Withdraw the invitation?',
	'invite.withdraw-note': '{email} can no longer accept this dossier then. You ' +
		'can invite again later.',
	'invite.withdrawn': 'The invitation is withdrawn.',
	'invite.gone': 'This invitation is no longer there: it was answered, has ' +
		'run out or was withdrawn. You see how it stands now.',

	'access': 'Sign-ins and apps',
	'access.sessions': 'Signed in',
	'access.no-sessions': 'Nowhere at the moment.',
	'access.since': 'Since {since}',
	'access.used': 'last used {used}',
	'access.apps': 'Apps with access',
	'access.no-apps': 'None.',
	'access.app-since': 'since {since}',
	'access.end': 'End',
	'end.session': 'End the sign-in?',
	'end.session-note': '{name}: what is open with this sign-in closes at once. ' +
		'The contact can sign in again.',
	'end.session-done': 'The sign-in is ended.',
	'end.app': 'End the access of the app?',
	'end.app-note': '{name} no longer reaches the data of the contact, until ' +
		'they give the app access again.',
	'end.app-done': 'The access of the app is ended.',

	'history': 'History',
	'history.none': 'Nothing has happened yet.',
	'history.shown': '{n} events are shown.',
	'by.owner': 'by the owner',
	'by.somebody': 'by {by}',
	'by.app': 'through {by}',
	'by.hubctl': 'by an administrator',
	'by.housekeeper': 'by the hub',
	'event.from': 'from {source}',
	'event.signin.succeeded': 'Signed in',
	'event.signin.failed': 'Sign-in failed',
	'event.signin.throttled': 'Too many tries to sign in',
	'event.signin.new_device': 'Signed in with a new browser',
	'event.session.ended': 'Sign-in ended',
	'event.password.changed': 'Password changed',
	'event.password.reset': 'New temporary password made',
	'event.password.set': 'Password set',
	'event.password.mailed': 'Temporary password mailed',
	'event.password.forgotten': 'New password asked for',
	'event.password.forgotten_throttled': 'New password asked for too often',
	'event.second-factor.asked': 'Code of the second step asked for',
	'event.second-factor.required': 'Second step required',
	'event.second-factor.added': 'Second step added',
	'event.second-factor.failed': 'Code of the second step was wrong',
	'event.second-factor.throttled': 'Wrong code entered too often',
	'event.second-factor.recovery-used': 'Recovery code used',
	'event.second-factor.recovery-renewed': 'Recovery codes renewed',
	'event.second-factor.removed': 'Second step removed',
	'event.second-factor.reset': 'Second step reset',
	'event.account.added': 'Account made',
	'event.account.not_added': 'Account not made after all',
	'event.account.enabled': 'Account unblocked',
	'event.account.not_enabled': 'Account not unblocked after all',
	'event.account.disabled': 'Account blocked',
	'event.account.revoked': 'Signed out everywhere',
	'event.account.linked': 'Dossier linked to an account',
	'event.account.not_linked': 'Dossier not linked after all',
	'event.account.dossier_withdrawn': 'Access to the dossier withdrawn',
	'event.account.address_proven': 'Email address confirmed',
	'event.account.address_asked': 'Change of email address asked for',
	'event.account.address_changed': 'Email address changed by the owner',
	'event.account.address_not_changed': 'Email address not changed after all',
	'event.account.address_set': 'Email address changed',
	'event.account.address_not_set': 'Email address not changed after all',
	'event.account.address_code_wrong': 'Wrong code for the email address',
	'event.account.address_dropped': 'Change of email address dropped',
	'event.account.address_in_use': 'Address tried that is in use already',
	'event.account.address_throttled': 'Too many addresses tried',
	'event.invitation.made': 'Owner of an account invited',
	'event.invitation.withdrawn': 'Invitation withdrawn',
	'event.invitation.accepted': 'Invitation accepted',
	'event.invitation.declined': 'Invitation declined',
	'event.invitation.address_unknown': 'Address invited that nobody has',
	'event.role.given': 'Role given',
	'event.role.not_given': 'Role not given after all',
	'event.role.taken': 'Role taken away',
	'event.token.issued': 'Access given by an administrator',
	'event.token.revoked': 'Access of an app revoked',
	'event.grant.revoked': 'Access of an app ended',
	'event.consent.given': 'App given access',
	'event.consent.withdrawn': 'Access of an app withdrawn',
	'event.code.reused': 'Sign-in code used twice; access ended',
	'event.refresh.reused': 'Access of an app renewed twice; ended',
	'event.mail.failed': 'Mail could not be sent',
	'event.mail.retried': 'Mail put into the queue again',
	'event.mail.dropped': 'Mail taken out of the queue',
});
