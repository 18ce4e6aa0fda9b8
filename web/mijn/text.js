// What the customer's pages say beside what all pages say.
import { addTexts } from '../lib/text.js';

addTexts({
	'mine': 'Mijn gegevens',
	'mine.hello': 'Welkom, {name}',
	'mine.data': 'Mijn gegevens',
	'mine.account': 'Accountnaam (e-mail)',
	'mine.password': 'Mijn account en wachtwoord',
	'mine.factor': 'Aanmelden in twee stappen',
	'mine.organizations': 'Mijn adviseurs',
	'mine.no-organizations': 'U staat nog bij geen organisatie ingeschreven.',
	'mine.dossier': 'Dossier {number}',
	'mine.back': 'Terug naar mijn gegevens',
	'refused.title': 'U hebt hier geen toegang',
	'refused.note': 'Dit account mag deze gegevens niet zien. Vraag het na bij ' +
		'uw adviseur.',
	'section.refused': 'Dit account mag dit niet zien.',
}, {
	'mine': 'My data',
	'mine.hello': 'Welcome, {name}',
	'mine.data': 'My data',
	'mine.account': 'Accountnaam (e-mail)',
	'mine.password': 'My account and password',
	'mine.factor': 'Two-step sign-in',
	'mine.organizations': 'My advisers',
	'mine.no-organizations': 'You are not registered with an organisation yet.',
	'mine.dossier': 'Dossier {number}',
	'mine.back': 'Back to my data',
	'refused.title': 'You have no access here',
	'refused.note': 'This account may not see these data. Ask your adviser.',
	'section.refused': 'This account may not see this.',
});
