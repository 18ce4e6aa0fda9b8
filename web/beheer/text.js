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
	'account.expired': 'Het tijdelijke wachtwoord is niet op tijd gebruikt; de ' +
		'relatie kan zich er niet meer mee aanmelden. Maak een nieuw en geef ' +
		'het door.',
	'account.shared': 'Dit account hoort ook bij een andere organisatie of bij ' +
		'een medewerker. U kunt er daarom geen tijdelijk wachtwoord voor ' +
		'maken, en alleen de toegang tot dit dossier intrekken.',

	'state.pending': 'Wacht op eerste aanmelding',
	'state.expired': 'Tijdelijk wachtwoord verlopen',
	'state.active': 'Actief',
	'state.blocked': 'Geblokkeerd',
	'state.none': 'Nog geen wachtwoord',

	'account.reset': 'Nieuw tijdelijk wachtwoord',
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
	'add.email': 'E-mailadres',
	'add.submit': 'Account maken',
	'add.empty': 'Vul een e-mailadres in.',
	'add.bad': 'Dit is geen e-mailadres. Kijk het na: het heeft de vorm ' +
		'naam@voorbeeld.nl.',
	'add.in-use': 'Dit e-mailadres hoort al bij een ander account. De eigenaar ' +
		'daarvan moet de koppeling zelf aanvaarden; een beheerder kan het ' +
		'account ook koppelen.',
	'add.many': 'U hebt te vaak een adres geprobeerd dat al in gebruik is. ' +
		'Wacht {seconds} seconden en probeer het dan opnieuw.',
	'cancel': 'Annuleren',

	'reset.title': 'Nieuw tijdelijk wachtwoord maken?',
	'reset.note': 'Het wachtwoord van {username} werkt daarna meteen niet meer, ' +
		'en wie ermee was aangemeld, is dat niet langer.',
	'reset.submit': 'Wachtwoord maken',
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
	'account.expired': 'The temporary password was not used in time; the ' +
		'contact can no longer sign in with it. Make a new one and pass it on.',
	'account.shared': 'This account also belongs to another organisation or to ' +
		'an employee. So you cannot make a temporary password for it, and ' +
		'can only withdraw the access to this dossier.',

	'state.pending': 'Waits for the first sign-in',
	'state.expired': 'Temporary password has expired',
	'state.active': 'Active',
	'state.blocked': 'Blocked',
	'state.none': 'No password yet',

	'account.reset': 'New temporary password',
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
	'add.email': 'Email address',
	'add.submit': 'Make the account',
	'add.empty': 'Enter an email address.',
	'add.bad': 'This is no email address. Check it: it has the form ' +
		'name@example.com.',
	'add.in-use': 'This email address belongs to another account. Its owner has ' +
		'to accept the link; an administrator can link the account too.',
	'add.many': 'You have tried too many addresses that are in use already. ' +
		'Wait {seconds} seconds, then try again.',
	'cancel': 'Cancel',

	'reset.title': 'Make a new temporary password?',
	'reset.note': 'The password of {username} stops working at once, and who ' +
		'was signed in with it no longer is.',
	'reset.submit': 'Make the password',
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
});
