// What the managers' pages say: the employees and the log of an organisation.
import { addTexts } from '../lib/text.js';

addTexts({
	'menu': 'Onderdelen',
	'menu.search': 'Zoeken',
	'menu.staff': 'Medewerkers',
	'menu.audit': 'Logboek',

	'managed.only': 'Dit onderdeel is voor de rol Organisatiebeheerder, en die ' +
		'hebt u bij geen enkele organisatie. Vraag zo nodig uw beheerder om ' +
		'de rol.',
	'managed.back': 'Naar zoeken',

	'role.102': 'Relatiebeheerder',
	'role.103': 'Organisatiebeheerder',
	'role.none': 'Geen rol',

	'staff.title': 'Medewerkers',
	'staff.hint': 'Wie bij uw organisatie werkt, en met welke rol.',
	'staff.invite': 'Medewerker toevoegen',
	'staff.invite-note': 'De medewerker meldt zich aan met dit e-mailadres en ' +
		'een tijdelijk wachtwoord.',
	'staff.invite-role': 'Meteen de rol Relatiebeheerder geven',
	'staff.invite-submit': 'Toevoegen',
	'staff.in-use': 'Dit e-mailadres hoort al bij een ander account. Een ' +
		'beheerder van de hub kan dat account hier een rol geven.',
	'staff.me': 'Dit bent u',
	'staff.last': 'laatst aangemeld {last}',
	'staff.elsewhere': 'werkt of is klant bij meer organisaties',
	'staff.shown': 'Er staan {n} medewerkers.',
	'staff.give': 'Rol geven',
	'staff.take': 'Rol afnemen',
	'staff.reset': 'Nieuw tijdelijk wachtwoord',
	'staff.password': 'Het tijdelijke wachtwoord van {username} is gemaakt.',
	'staff.changed': 'Iemand anders heeft dit intussen gewijzigd. U ziet nu hoe ' +
		'het ervoor staat; kijk het na en probeer het zo nodig opnieuw.',
	'staff.shared': 'Dit account hoort ook bij een andere organisatie. U kunt ' +
		'er hier geen wachtwoord voor maken.',
	'staff.blocked': 'Dit account is uitgezet. Alleen een beheerder van de hub ' +
		'kan het weer aanzetten.',
	'staff.gone': 'Deze medewerker werkt niet meer bij de organisatie.',
	'give.title': 'Rol Relatiebeheerder geven?',
	'give.note-staff': '{username} kan daarna alle relaties van de organisatie ' +
		'zien en hun accounts beheren.',
	'give.done-staff': '{username} is nu Relatiebeheerder.',
	'take.title': 'Rol Relatiebeheerder afnemen?',
	'take.note-staff': '{username} kan daarna meteen niet meer bij de relaties ' +
		'van de organisatie.',
	'take.done-staff': '{username} is geen Relatiebeheerder meer.',
	'reset.note-staff': 'Het wachtwoord van {username} werkt daarna meteen niet ' +
		'meer, en wie ermee was aangemeld, is dat niet langer.',
	'password.note-staff': 'Geef dit door aan uw collega. U ziet het alleen nu.',
	'address.note-staff': 'Uw collega meldt zich hiermee aan op:',

	'audit.title': 'Logboek',
	'audit.hint': 'Wat medewerkers deden, en wat er met dossiers en accounts van ' +
		'de organisatie gebeurde.',
	'audit.from': 'Vanaf',
	'audit.to': 'Tot en met',
	'audit.event': 'Gebeurtenis',
	'audit.who': 'Medewerker',
	'audit.all-events': 'Alle gebeurtenissen',
	'audit.all-accounts': 'Iedereen',
	'audit.show': 'Tonen',
	'audit.csv': 'Downloaden als CSV',
	'audit.file': 'logboek',
	'audit.saved': 'Het logboek is gedownload.',
	'audit.order': 'De laatste dag ligt voor de eerste. Kijk de datums na.',
	'audit.none': 'Geen gebeurtenissen gevonden',
	'audit.one': '1 gebeurtenis',
	'audit.found': '{n} gebeurtenissen',
	'audit.first': 'De nieuwste {n} gebeurtenissen',
	'audit.account': 'account {username}',
	'audit.contact': 'naar de relatie',
}, {
	'menu': 'Parts',
	'menu.search': 'Search',
	'menu.staff': 'Employees',
	'menu.audit': 'Log',

	'managed.only': 'This part is for the role Organisatiebeheerder, which you ' +
		'have at no organisation. Ask your administrator for the role if ' +
		'need be.',
	'managed.back': 'To search',

	'role.102': 'Relatiebeheerder',
	'role.103': 'Organisatiebeheerder',
	'role.none': 'No role',

	'staff.title': 'Employees',
	'staff.hint': 'Who works at your organisation, and in which role.',
	'staff.invite': 'Add an employee',
	'staff.invite-note': 'The employee signs in with this email address and a ' +
		'temporary password.',
	'staff.invite-role': 'Give the role Relatiebeheerder at once',
	'staff.invite-submit': 'Add',
	'staff.in-use': 'This email address belongs to another account. An ' +
		'administrator of the hub can give that account a role here.',
	'staff.me': 'This is you',
	'staff.last': 'last signed in {last}',
	'staff.elsewhere': 'works or is a customer at more organisations',
	'staff.shown': '{n} employees are shown.',
	'staff.give': 'Give role',
	'staff.take': 'Take role',
	'staff.reset': 'New temporary password',
	'staff.password': 'The temporary password of {username} is made.',
	'staff.changed': 'Somebody else has changed this meanwhile. You see how it ' +
		'stands now; look at it and try again if need be.',
	'staff.shared': 'This account also belongs to another organisation. You ' +
		'cannot make a password for it here.',
	'staff.blocked': 'This account is disabled. Only an administrator of the ' +
		'hub can enable it again.',
	'staff.gone': 'This employee no longer works at the organisation.',
	'give.title': 'Give the role Relatiebeheerder?',
	'give.note-staff': '{username} can then see all contacts of the ' +
		'organisation and manage their accounts.',
	'give.done-staff': '{username} is a Relatiebeheerder now.',
	'take.title': 'Take the role Relatiebeheerder away?',
	'take.note-staff': '{username} can then no longer see the contacts of the ' +
		'organisation, from the next moment on.',
	'take.done-staff': '{username} is no Relatiebeheerder any more.',
	'reset.note-staff': 'The password of {username} stops working at once, and ' +
		'who was signed in with it no longer is.',
	'password.note-staff': 'Pass this on to your colleague. You see it only now.',
	'address.note-staff': 'Your colleague signs in with it at:',

	'audit.title': 'Log',
	'audit.hint': 'What employees did, and what happened to dossiers and ' +
		'accounts of the organisation.',
	'audit.from': 'From',
	'audit.to': 'Up to and including',
	'audit.event': 'Event',
	'audit.who': 'Employee',
	'audit.all-events': 'All events',
	'audit.all-accounts': 'Everybody',
	'audit.show': 'Show',
	'audit.csv': 'Download as CSV',
	'audit.file': 'log',
	'audit.saved': 'The log is downloaded.',
	'audit.order': 'The last day lies before the first. Check the dates.',
	'audit.none': 'No events found',
	'audit.one': '1 event',
	'audit.found': '{n} events',
	'audit.first': 'The newest {n} events',
	'audit.account': 'account {username}',
	'audit.contact': 'to the contact',
});
