#include "endpoint/text.h"

static const struct {
	const char *code, *name;
} languages[LANGUAGES] = {
	[LANGUAGE_NL] = { "nl", "Nederlands" },
	[LANGUAGE_EN] = { "en", "English" },
};

static const char *const months[LANGUAGES][12] = {
	[LANGUAGE_NL] = { "januari", "februari", "maart", "april", "mei",
	    "juni", "juli", "augustus", "september", "oktober", "november",
	    "december" },
	[LANGUAGE_EN] = { "January", "February", "March", "April", "May",
	    "June", "July", "August", "September", "October", "November",
	    "December" },
};

#define TEXT_ROW(nl, en)                                                       \
	{                                                                      \
		[LANGUAGE_NL] = (nl), [LANGUAGE_EN] = (en)                     \
	}

static const char *const texts[TEXTS][LANGUAGES] = {
	[TEXT_PRODUCT] = TEXT_ROW("hub", "hub"),
	[TEXT_LANGUAGE] = TEXT_ROW("Taal", "Language"),
	[TEXT_REFERENCE] = TEXT_ROW("Kenmerk: {}", "Reference: {}"),

	[TEXT_SIGN_IN] = TEXT_ROW("Aanmelden", "Sign in"),
	[TEXT_SIGN_IN_FOR] = TEXT_ROW("Aanmelden voor {}", "Sign in to {}"),
	[TEXT_USERNAME] = TEXT_ROW("E-mailadres", "Email address"),
	[TEXT_PASSWORD] = TEXT_ROW("Wachtwoord", "Password"),
	[TEXT_SIGN_IN_WRONG] =
	    TEXT_ROW("Het e-mailadres of het wachtwoord klopt niet. Kijk beide "
		     "na en probeer het opnieuw.",
		"The email address or the password is not right. Check both "
		"and try again."),
	[TEXT_SIGN_IN_SECONDS] =
	    TEXT_ROW("Er is te vaak een verkeerd wachtwoord ingevuld. Wacht "
		     "{} seconden en probeer het dan opnieuw.",
		"A wrong password was entered too often. Wait {} seconds, "
		"then try again."),
	[TEXT_SIGN_IN_MINUTES] =
	    TEXT_ROW("Er is te vaak een verkeerd wachtwoord ingevuld. Wacht "
		     "{} minuten en probeer het dan opnieuw.",
		"A wrong password was entered too often. Wait {} minutes, "
		"then try again."),
	[TEXT_TO_SIGN_IN] = TEXT_ROW("Naar aanmelden", "Go to sign-in"),

	[TEXT_FORGOT] = TEXT_ROW("Wachtwoord vergeten", "Forgotten password"),
	[TEXT_FORGOT_LINK] =
	    TEXT_ROW("Wachtwoord vergeten?", "Forgotten your password?"),
	[TEXT_FORGOT_NOTE] =
	    TEXT_ROW("Vul het e-mailadres in waarmee u zich aanmeldt. Als wij "
		     "het kennen, sturen wij u daar een tijdelijk wachtwoord.",
		"Enter the email address that you sign in with. If we know "
		"it, we send you a temporary password there."),
	[TEXT_FORGOT_SEND] = TEXT_ROW(
	    "Tijdelijk wachtwoord aanvragen", "Ask for a temporary password"),
	[TEXT_FORGOT_SENT] =
	    TEXT_ROW("Kijk in uw e-mail", "Look in your email"),
	[TEXT_FORGOT_SENT_NOTE] =
	    TEXT_ROW("Als bij dit adres een account hoort, is er een e-mail "
		     "met een tijdelijk wachtwoord onderweg. Dat kan een paar "
		     "minuten duren; kijk ook bij de ongewenste e-mail. Uw "
		     "oude wachtwoord blijft werken tot u een nieuw hebt "
		     "gekozen. Komt er niets? Vraag het dan aan uw adviseur.",
		"If an account belongs to this address, a mail with a "
		"temporary password is on its way. That may take a few "
		"minutes; look among the unwanted mail, too. Your old "
		"password works until you have chosen a new one. If nothing "
		"comes, ask your adviser."),
	[TEXT_FORGOT_SECONDS] =
	    TEXT_ROW("Er is te vaak een tijdelijk wachtwoord aangevraagd. "
		     "Wacht {} seconden en probeer het dan opnieuw.",
		"A temporary password was asked for too often. Wait {} "
		"seconds, then try again."),
	[TEXT_FORGOT_MINUTES] =
	    TEXT_ROW("Er is te vaak een tijdelijk wachtwoord aangevraagd. "
		     "Wacht {} minuten en probeer het dan opnieuw.",
		"A temporary password was asked for too often. Wait {} "
		"minutes, then try again."),

	[TEXT_EXPIRED] = TEXT_ROW("Uw tijdelijke wachtwoord is verlopen",
	    "Your temporary password has expired"),
	[TEXT_EXPIRED_NOTE] =
	    TEXT_ROW("Een tijdelijk wachtwoord is maar korte tijd geldig. "
		     "Vraag een nieuw aan degene van wie u het kreeg: meestal "
		     "is dat uw adviseur.",
		"A temporary password is good for a short time only. Ask the "
		"person who gave it to you for a new one: usually that is "
		"your adviser."),

	[TEXT_CHANGE] =
	    TEXT_ROW("Kies uw eigen wachtwoord", "Choose your own password"),
	[TEXT_CHANGE_NOTE] =
	    TEXT_ROW("U hebt een tijdelijk wachtwoord gebruikt. Kies nu een "
		     "wachtwoord dat alleen u kent; daarna gaat u verder.",
		"You have used a temporary password. Now choose one that only "
		"you know; then you go on."),
	[TEXT_NEW_PASSWORD] = TEXT_ROW("Nieuw wachtwoord", "New password"),
	[TEXT_NEW_PASSWORD_NOTE] =
	    TEXT_ROW("Minstens {} tekens. Een zin van een paar woorden is "
		     "makkelijk te onthouden en moeilijk te raden.",
		"At least {} characters. A sentence of a few words is easy to "
		"remember and hard to guess."),
	[TEXT_NEW_PASSWORD_REPEAT] = TEXT_ROW(
	    "Nog een keer het nieuwe wachtwoord", "The new password once more"),
	[TEXT_SAVE] = TEXT_ROW("Opslaan en verdergaan", "Save and go on"),
	[TEXT_CHANGE_DIFFER] =
	    TEXT_ROW("De twee wachtwoorden zijn niet gelijk. Vul ze allebei "
		     "opnieuw in.",
		"The two passwords are not the same. Enter both again."),
	[TEXT_CHANGE_SHORT] =
	    TEXT_ROW("Dit wachtwoord is te kort: het moet minstens {} tekens "
		     "hebben. Maak er een zin van een paar woorden van.",
		"This password is too short: it needs at least {} characters. "
		"Make it a sentence of a few words."),
	[TEXT_CHANGE_LONG] =
	    TEXT_ROW("Dit wachtwoord is te lang: het mag hooguit 128 tekens "
		     "hebben.",
		"This password is too long: it can have at most 128 "
		"characters."),
	[TEXT_CHANGE_UNREADABLE] =
	    TEXT_ROW("Dit wachtwoord bevat een teken dat niet gebruikt kan "
		     "worden. Kies andere letters, cijfers of leestekens.",
		"This password holds a character that cannot be used. Choose "
		"other letters, digits or signs."),
	[TEXT_CHANGE_COMMON] =
	    TEXT_ROW("Dit wachtwoord is te makkelijk te raden. Kies een zin "
		     "van een paar woorden die u zelf hebt bedacht.",
		"This password is too easy to guess. Choose a sentence of a "
		"few words that you thought of yourself."),
	[TEXT_CHANGE_OWN] =
	    TEXT_ROW("Dit wachtwoord lijkt te veel op uw naam of e-mailadres. "
		     "Kies een zin waarin die niet voorkomen.",
		"This password is too much like your name or email address. "
		"Choose a sentence without them."),
	[TEXT_CHANGE_TEMPORARY] =
	    TEXT_ROW("Dit is een tijdelijk wachtwoord, of het ziet er zo "
		     "uit. Kies een zin van een paar woorden.",
		"This is a temporary password, or looks like one. Choose a "
		"sentence of a few words."),
	[TEXT_CHANGE_CLOSED] = TEXT_ROW("Meld u opnieuw aan", "Sign in again"),
	[TEXT_CHANGE_CLOSED_NOTE] =
	    TEXT_ROW("Het formulier voor een nieuw wachtwoord is niet meer "
		     "geldig. Meld u opnieuw aan met uw tijdelijke wachtwoord.",
		"The form for a new password has ended. Sign in again with "
		"your temporary password."),

	[TEXT_CONSENT] = TEXT_ROW("Toestemming voor {}", "Permission for {}"),
	[TEXT_CONSENT_ASKS] =
	    TEXT_ROW("{} is een app van een andere organisatie. Als u "
		     "toestemming geeft, mag deze app:",
		"{} is an app of another organisation. If you give "
		"permission, this app may:"),
	[TEXT_CONSENT_DAYS] =
	    TEXT_ROW("De toestemming geldt tot u haar intrekt. De app kan "
		     "telkens hooguit {} dagen bij deze gegevens; daarna moet "
		     "u zich opnieuw aanmelden.",
		"The permission holds until you withdraw it. The app can use "
		"this data for at most {} days at a time; then you have to "
		"sign in again."),
	[TEXT_CONSENT_MINUTES] =
	    TEXT_ROW("De toestemming geldt tot u haar intrekt. De app kan "
		     "telkens hooguit {} minuten bij deze gegevens; daarna "
		     "moet u zich opnieuw aanmelden.",
		"The permission holds until you withdraw it. The app can use "
		"this data for at most {} minutes at a time; then you have "
		"to sign in again."),
	[TEXT_CONSENT_WITHDRAW] =
	    TEXT_ROW("Intrekken kan op elk moment op de pagina Mijn account: "
		     "{}",
		"You can withdraw it at any time on the page My account: {}"),
	[TEXT_CONSENT_BACK] = TEXT_ROW(
	    "Hierna gaat u terug naar {}", "After this you go back to {}"),
	[TEXT_CONSENT_CHANGED] =
	    TEXT_ROW("Deze vraag is intussen veranderd. Lees hieronder wat de "
		     "app nu vraagt, en kies opnieuw.",
		"This question has changed meanwhile. Read below what the app "
		"asks for now, and choose again."),
	[TEXT_ALLOW] = TEXT_ROW("Toestaan", "Allow"),
	[TEXT_DENY] = TEXT_ROW("Weigeren", "Deny"),

	[TEXT_SCOPE_OPENID] =
	    TEXT_ROW("weten dat u het bent, aan een vast kenmerk van uw "
		     "account",
		"know that it is you, by a fixed identifier of your account"),
	[TEXT_SCOPE_PROFILE] = TEXT_ROW(
	    "uw naam en gebruikersnaam zien", "see your name and username"),
	[TEXT_SCOPE_EMAIL] =
	    TEXT_ROW("uw e-mailadres zien", "see your email address"),
	[TEXT_SCOPE_OFFLINE] =
	    TEXT_ROW("toegang houden terwijl u de app niet gebruikt",
		"keep access while you are not using the app"),
	[TEXT_SCOPE_READ] =
	    TEXT_ROW("uw gegevens bij ons inzien: uw account, uw "
		     "organisaties, uw rechten en uw contracten",
		"read your data with us: your account, your organisations, "
		"your permissions and your contracts"),
	[TEXT_SCOPE_MANAGE] =
	    TEXT_ROW("beheren wat u als medewerker mag beheren",
		"manage what you as an employee may manage"),
	[TEXT_SCOPE_RECORDS] = TEXT_ROW("gegevens aanleveren", "bring data in"),

	[TEXT_ACCOUNT] = TEXT_ROW("Mijn account", "My account"),
	[TEXT_OWN_PASSWORD] =
	    TEXT_ROW("Wachtwoord wijzigen", "Change password"),
	[TEXT_OWN_PASSWORD_NOTE] =
	    TEXT_ROW("Daarna bent u overal afgemeld, ook in apps, behalve in "
		     "deze browser.",
		"After that you are signed out everywhere, in apps too, but "
		"not in this browser."),
	[TEXT_OWN_PASSWORD_SAVE] =
	    TEXT_ROW("Wachtwoord wijzigen", "Change password"),
	[TEXT_CURRENT_PASSWORD] =
	    TEXT_ROW("Huidig wachtwoord", "Current password"),
	[TEXT_CURRENT_WRONG] =
	    TEXT_ROW("Het huidige wachtwoord klopt niet. Vul het opnieuw in.",
		"The current password is not right. Enter it again."),
	[TEXT_SESSIONS] =
	    TEXT_ROW("Waar u bent aangemeld", "Where you are signed in"),
	[TEXT_SESSIONS_UTC] =
	    TEXT_ROW("Tijden op deze pagina zijn in UTC. In Nederland is het "
		     "dan 's winters een uur later en 's zomers twee uur.",
		"Times on this page are in UTC. In the Netherlands it is then "
		"one hour later in winter and two hours in summer."),
	[TEXT_SESSION_THIS] = TEXT_ROW("Deze browser", "This browser"),
	[TEXT_SESSION_OTHER] =
	    TEXT_ROW("Een andere browser", "Another browser"),
	[TEXT_SESSION_SINCE] = TEXT_ROW("Aangemeld op {}", "Signed in on {}"),
	[TEXT_SESSION_USED] =
	    TEXT_ROW("Laatst gebruikt op {}", "Last used on {}"),
	[TEXT_SESSION_FROM] =
	    TEXT_ROW("Vanaf netwerkadres {}", "From network address {}"),
	[TEXT_APPS] = TEXT_ROW("Apps met toegang", "Apps with access"),
	[TEXT_APPS_NONE] = TEXT_ROW("Geen app heeft toegang tot uw account.",
	    "No app has access to your account."),
	[TEXT_APP_SINCE] =
	    TEXT_ROW("Sinds {} mag deze app:", "Since {} this app may:"),
	[TEXT_APP_END] = TEXT_ROW("Toegang intrekken", "Withdraw access"),
	[TEXT_MORE] =
	    TEXT_ROW("Er zijn er meer dan hier staan. Met Overal afmelden "
		     "meldt u zich overal tegelijk af.",
		"There are more than are shown here. Sign out everywhere ends "
		"all of them at once."),
	[TEXT_EVERYWHERE] = TEXT_ROW("Overal afmelden", "Sign out everywhere"),
	[TEXT_EVERYWHERE_NOTE] =
	    TEXT_ROW("U wordt afgemeld in alle browsers en apps, ook hier. De "
		     "toestemming die u aan apps hebt gegeven, blijft staan.",
		"You are signed out in all browsers and apps, here too. What "
		"you have allowed apps stays as it is."),
	[TEXT_DONE_PASSWORD] = TEXT_ROW(
	    "Uw wachtwoord is gewijzigd.", "Your password was changed."),
	[TEXT_DONE_SESSION] = TEXT_ROW("U bent in die browser afgemeld.",
	    "You are signed out in that browser."),
	[TEXT_DONE_APP] = TEXT_ROW("Die app heeft geen toegang meer.",
	    "That app no longer has access."),
	[TEXT_DONE_FACTOR] = TEXT_ROW(
	    "Aanmelden in twee stappen staat uit.", "Two-step sign-in is off."),
	[TEXT_DONE_ALREADY] =
	    TEXT_ROW("Dat was al beëindigd.", "That had ended already."),

	[TEXT_EMAIL] = TEXT_ROW("E-mailadres", "E-mail address"),
	[TEXT_EMAIL_IS] =
	    TEXT_ROW("Uw e-mailadres is {}.", "Your e-mail address is {}."),
	[TEXT_EMAIL_PROVEN] = TEXT_ROW("Het is bevestigd.", "It is confirmed."),
	[TEXT_EMAIL_UNPROVEN] = TEXT_ROW(
	    "Het is nog niet bevestigd. Vul het hieronder in, dan sturen wij "
	    "er een code naartoe.",
	    "It is not confirmed yet. Enter it below and we send a code to "
	    "it."),
	[TEXT_EMAIL_NOTE] = TEXT_ROW(
	    "U meldt zich aan met dit adres. Een ander adres geldt pas als u "
	    "de code invult die wij ernaartoe sturen.",
	    "You sign in with this address. Another address takes its place "
	    "once you enter the code that we send to it."),
	[TEXT_EMAIL_NEW] = TEXT_ROW(
	    "E-mailadres om te bevestigen", "E-mail address to confirm"),
	[TEXT_EMAIL_SEND] = TEXT_ROW("Stuur een code", "Send a code"),
	[TEXT_EMAIL_WAITS] = TEXT_ROW(
	    "Er is een code onderweg naar {}. Vul de code binnen een uur in.",
	    "A code is on its way to {}. Enter the code within an hour."),
	[TEXT_EMAIL_CODE] =
	    TEXT_ROW("Code uit de e-mail", "Code from the e-mail"),
	[TEXT_EMAIL_CONFIRM] = TEXT_ROW("Adres bevestigen", "Confirm address"),
	[TEXT_EMAIL_STOP] = TEXT_ROW("Toch niet wijzigen", "Do not change it"),
	[TEXT_EMAIL_BAD] = TEXT_ROW(
	    "Dit is geen e-mailadres dat wij kunnen gebruiken. Kijk het na en "
	    "vul het opnieuw in.",
	    "This is no e-mail address that we can use. Check it and enter it "
	    "again."),
	[TEXT_EMAIL_CODE_WRONG] = TEXT_ROW(
	    "Deze code klopt niet. Vul de code uit de laatste e-mail in.",
	    "This code is not right. Enter the code from the last e-mail."),
	[TEXT_EMAIL_ENDED] = TEXT_ROW(
	    "Deze code kan niet meer worden gebruikt. Vraag een nieuwe aan.",
	    "This code can be used no longer. Ask for a new one."),
	[TEXT_EMAIL_TAKEN] = TEXT_ROW(
	    "Dit adres is inmiddels van een ander account. Kies een ander "
	    "adres.",
	    "This address has become another account's. Choose another "
	    "address."),
	[TEXT_EMAIL_SECONDS] =
	    TEXT_ROW("U kunt over {} seconden weer een code aanvragen.",
		"You can ask for another code in {} seconds."),
	[TEXT_EMAIL_MINUTES] =
	    TEXT_ROW("U kunt over {} minuten weer een code aanvragen.",
		"You can ask for another code in {} minutes."),
	[TEXT_DONE_SENT] =
	    TEXT_ROW("Er is een code onderweg.", "A code is on its way."),
	[TEXT_DONE_PROVEN] = TEXT_ROW("Uw e-mailadres is bevestigd.",
	    "Your e-mail address is confirmed."),
	[TEXT_DONE_EMAIL] = TEXT_ROW(
	    "Uw e-mailadres is gewijzigd. U meldt zich voortaan aan met het "
	    "nieuwe adres.",
	    "Your e-mail address is changed. From now on you sign in with the "
	    "new one."),
	[TEXT_DONE_STOPPED] = TEXT_ROW("Uw e-mailadres blijft zoals het is.",
	    "Your e-mail address stays as it is."),
	[TEXT_INVITATIONS] = TEXT_ROW("Uitnodigingen", "Invitations"),
	[TEXT_INVITATION_ASKS] =
	    TEXT_ROW("{} wil uw gegevens in dit account laten zien",
		"{} wants to show your data in this account"),
	[TEXT_INVITATION_NOTE] = TEXT_ROW(
	    "Als u dit aanneemt, ziet u uw gegevens en contracten bij deze "
	    "organisatie met dit account. Bent u daar geen klant, weiger dan.",
	    "If you accept, you see your data and contracts at this "
	    "organisation with this account. If you are no customer there, "
	    "decline."),
	[TEXT_INVITATION_SINCE] = TEXT_ROW("Gevraagd op {}", "Asked on {}"),
	[TEXT_INVITATION_UNTIL] = TEXT_ROW("Geldig tot {}", "Valid until {}"),
	[TEXT_INVITATION_PROVE] = TEXT_ROW(
	    "Bevestig eerst uw e-mailadres, onder E-mailadres op deze pagina.",
	    "Confirm your e-mail address first, under E-mail address on this "
	    "page."),
	[TEXT_INVITATION_ACCEPT] = TEXT_ROW("Aannemen", "Accept"),
	[TEXT_INVITATION_DECLINE] = TEXT_ROW("Weigeren", "Decline"),
	[TEXT_DONE_LINKED] =
	    TEXT_ROW("De gegevens zijn aan uw account gekoppeld.",
		"The data is linked to your account."),
	[TEXT_DONE_DECLINED] = TEXT_ROW(
	    "De uitnodiging is geweigerd.", "The invitation is declined."),
	[TEXT_DONE_GONE] = TEXT_ROW(
	    "Deze uitnodiging geldt niet meer. Vraag de organisatie om een "
	    "nieuwe.",
	    "This invitation is no longer valid. Ask the organisation for a "
	    "new one."),

	[TEXT_SIGNED_IN_AS] =
	    TEXT_ROW("U bent aangemeld als {}.", "You are signed in as {}."),
	[TEXT_CODE] = TEXT_ROW("Vul uw code in", "Enter your code"),
	[TEXT_CODE_NOTE] = TEXT_ROW(
	    "Open op uw telefoon de app die codes voor u maakt en neem de zes "
	    "cijfers over. Hebt u uw telefoon niet? Vul dan een van uw "
	    "herstelcodes in.",
	    "Open the app on your phone that makes codes for you and copy the "
	    "six digits. No phone at hand? Enter one of your recovery codes."),
	[TEXT_CODE_FIELD] = TEXT_ROW("Uw code", "Your code"),
	[TEXT_CODE_SEND] = TEXT_ROW("Verdergaan", "Go on"),
	[TEXT_CODE_WRONG] = TEXT_ROW(
	    "Deze code klopt niet of is al gebruikt. Wacht op een nieuwe en "
	    "probeer het opnieuw. Blijft het misgaan, kijk dan of de klok van "
	    "uw telefoon gelijk loopt.",
	    "This code is not right, or was used before. Wait for a new one "
	    "and try again. If it keeps going wrong, see that the clock of "
	    "your phone is right."),
	[TEXT_CODE_SECONDS] = TEXT_ROW(
	    "Er is te vaak iets verkeerds ingevuld. Wacht {} seconden en "
	    "probeer het dan opnieuw.",
	    "Something wrong was entered too often. Wait {} seconds, then try "
	    "again."),
	[TEXT_CODE_MINUTES] = TEXT_ROW(
	    "Er is te vaak iets verkeerds ingevuld. Wacht {} minuten en "
	    "probeer het dan opnieuw.",
	    "Something wrong was entered too often. Wait {} minutes, then try "
	    "again."),
	[TEXT_FACTOR] =
	    TEXT_ROW("Aanmelden in twee stappen", "Two-step sign-in"),
	[TEXT_FACTOR_NOTE] = TEXT_ROW(
	    "U meldt zich dan aan met uw wachtwoord en een code van uw "
	    "telefoon. Wie alleen uw wachtwoord kent, komt niet binnen.",
	    "You then sign in with your password and a code of your phone. "
	    "Who knows nothing but your password does not get in."),
	[TEXT_FACTOR_REQUIRED] = TEXT_ROW(
	    "Met uw account kunt u zich alleen in twee stappen aanmelden: met "
	    "uw wachtwoord en een code van uw telefoon. Stel dat nu in; daarna "
	    "gaat u verder.",
	    "Your account needs two-step sign-in: your password and a code of "
	    "your phone. Set that up now; then you go on."),
	[TEXT_FACTOR_PASSWORD_NOTE] =
	    TEXT_ROW("Vul eerst uw wachtwoord nog een keer in.",
		"First enter your password once more."),
	[TEXT_FACTOR_PASSWORD_WRONG] = TEXT_ROW(
	    "Dit wachtwoord klopt niet. Kijk het na en probeer het opnieuw.",
	    "This password is not right. Check it and try again."),
	[TEXT_FACTOR_SCAN] = TEXT_ROW(
	    "Scan de afbeelding met een app voor codes (een "
	    "authenticator-app), of neem de sleutel over. Vul daarna de code "
	    "in die de app toont.",
	    "Scan the picture with an app for codes (an authenticator app), "
	    "or copy the key. Then enter the code that the app shows."),
	[TEXT_FACTOR_PICTURE] =
	    TEXT_ROW("QR-code met de sleutel die hieronder staat",
		"QR code of the key below"),
	[TEXT_FACTOR_KEY] = TEXT_ROW("Sleutel:", "Key:"),
	[TEXT_FACTOR_OPEN] = TEXT_ROW("Openen in een app op dit apparaat",
	    "Open in an app on this device"),
	[TEXT_FACTOR_CONFIRM] =
	    TEXT_ROW("Code die de app toont", "Code that the app shows"),
	[TEXT_FACTOR_SET] = TEXT_ROW("Aanzetten", "Turn on"),
	[TEXT_FACTOR_ON] = TEXT_ROW(
	    "Aanmelden in twee stappen staat aan. Ongebruikte herstelcodes: "
	    "{}.",
	    "Two-step sign-in is on. Recovery codes not used yet: {}."),
	[TEXT_FACTOR_REMOVE_NOTE] = TEXT_ROW(
	    "Hebt u nieuwe herstelcodes nodig, of wilt u het uitzetten? Vul "
	    "daarvoor uw wachtwoord in, en een code van de app of een "
	    "herstelcode. Met nieuwe herstelcodes werken de oude niet meer. "
	    "Een andere telefoon? Zet het uit en weer aan.",
	    "New recovery codes, or turn it off? Enter your password, and a "
	    "code of the app or a recovery code. New recovery codes end the "
	    "old ones. Another phone? Turn it off and on again."),
	[TEXT_FACTOR_REMOVE] = TEXT_ROW("Uitzetten", "Turn off"),
	[TEXT_FACTOR_REMOVE_WRONG] = TEXT_ROW(
	    "Het wachtwoord of de code klopt niet, of de code is al gebruikt. "
	    "Er is niets veranderd.",
	    "The password or the code is not right, or the code was used "
	    "before. Nothing was changed."),
	[TEXT_FACTOR_RENEW] =
	    TEXT_ROW("Nieuwe herstelcodes", "New recovery codes"),
	[TEXT_TO_ACCOUNT] = TEXT_ROW("Naar mijn account", "To my account"),
	[TEXT_FACTOR_SINCE] = TEXT_ROW("Staat aan sinds {}", "On since {}"),
	[TEXT_FACTOR_LEFT] = TEXT_ROW(
	    "Ongebruikte herstelcodes: {}", "Recovery codes not used yet: {}"),
	[TEXT_FACTOR_CHANGE] = TEXT_ROW("Nieuwe herstelcodes, of uitzetten",
	    "New recovery codes, or turn it off"),
	[TEXT_FACTOR_OFF] = TEXT_ROW("Staat uit.", "It is off."),
	[TEXT_FACTOR_BEGIN] = TEXT_ROW(
	    "Aanmelden in twee stappen aanzetten", "Turn on two-step sign-in"),
	[TEXT_RECOVERY] =
	    TEXT_ROW("Bewaar uw herstelcodes", "Keep your recovery codes"),
	[TEXT_RECOVERY_NOTE] = TEXT_ROW(
	    "Aanmelden in twee stappen staat aan. Schrijf deze codes op of "
	    "druk ze af: elk ervan werkt een keer in plaats van een code van "
	    "uw telefoon. Ze worden niet nog eens getoond.",
	    "Two-step sign-in is on. Write these codes down or print "
	    "them: each works once in place of a code of your phone. They are "
	    "not shown again."),
	[TEXT_RECOVERY_NEW] = TEXT_ROW(
	    "Dit zijn uw nieuwe herstelcodes; de oude werken niet meer. "
	    "Schrijf "
	    "ze op of druk ze af: elk ervan werkt een keer in plaats van een "
	    "code van uw telefoon. Ze worden niet nog eens getoond.",
	    "These are your new recovery codes; the old ones no longer work. "
	    "Write them down or print them: each of them works once in place "
	    "of a code of your phone. They are not shown again."),
	[TEXT_RECOVERY_KEPT] =
	    TEXT_ROW("Ik heb ze bewaard, ga verder", "I have kept them, go on"),

	[TEXT_SIGNED_IN] = TEXT_ROW("U bent aangemeld", "You are signed in"),
	[TEXT_SIGNED_IN_NOTE] =
	    TEXT_ROW("U bent aangemeld als {}. U kunt dit venster sluiten.",
		"You are signed in as {}. You can close this window."),
	[TEXT_SIGN_OUT] = TEXT_ROW("Afmelden", "Sign out"),
	[TEXT_SIGNED_OUT] = TEXT_ROW("U bent afgemeld", "You are signed out"),
	[TEXT_SIGNED_OUT_NOTE] = TEXT_ROW(
	    "U kunt dit venster sluiten.", "You can close this window."),
	[TEXT_SIGNED_OUT_STAY] =
	    TEXT_ROW("De app waar u vandaan komt, wilde u terug laten sturen "
		     "naar een adres dat wij niet van deze app kennen. Ga "
		     "daarom zelf terug naar de app.",
		"The app that you came from wanted you sent back to an "
		"address that we do not know to be its own. So go back to "
		"the app yourself."),

	[TEXT_ERROR] = TEXT_ROW("Er ging iets mis", "Something went wrong"),
	[TEXT_ERROR_REQUEST] =
	    TEXT_ROW("De app waar u vandaan komt, vroeg iets wat niet kan. Ga "
		     "terug en probeer het opnieuw. Blijft het misgaan, meld "
		     "dit dan bij de maker van de app.",
		"The app that you came from asked for something that cannot "
		"be done. Go back and try again. If it keeps going wrong, "
		"tell whoever makes the app."),
	[TEXT_ERROR_UNAVAILABLE] =
	    TEXT_ROW("Dit lukt op dit moment niet. Er is niets veranderd. "
		     "Probeer het over een minuut opnieuw.",
		"This does not work at the moment. Nothing was changed. Try "
		"again in a minute."),
	[TEXT_ERROR_FORM] =
	    TEXT_ROW("Dit formulier is niet meer geldig, of uw browser bewaart "
		     "geen cookies. Begin opnieuw.",
		"This form is no longer good, or your browser keeps no "
		"cookies. Begin again."),
	[TEXT_ERROR_NOT_FOUND] =
	    TEXT_ROW("Deze pagina bestaat niet.", "There is no such page."),
	[TEXT_BEGIN_AGAIN] = TEXT_ROW("Opnieuw beginnen", "Begin again"),
};

struct str
text_of(enum text text, enum language language)
{
	return str_of(texts[text][language]);
}

const char *
language_code(enum language language)
{
	return languages[language].code;
}

const char *
language_month(enum language language, unsigned int month)
{
	return months[language][month - 1];
}

const char *
language_name(enum language language)
{
	return languages[language].name;
}

/* The language of a tag as in "nl-BE" (RFC 5646), by its first part. */
static bool
language_of(struct str tag, enum language *out)
{
	struct str rest = tag, primary;

	if (!str_split(&rest, '-', &primary))
		return false;
	for (int l = 0; l < LANGUAGES; l++) {
		if (str_eq_nocase(primary, str_of(languages[l].code))) {
			*out = (enum language)l;
			return true;
		}
	}
	return false;
}

/* A weight (RFC 9110 section 12.4.2) in thousandths; what is none is 0. */
static unsigned int
weight_of(struct str text)
{
	unsigned int weight, unit = 100;

	if (text.n == 0 || text.n > 5 || (text.p[0] != '0' && text.p[0] != '1'))
		return 0;
	weight = text.p[0] == '1' ? 1000 : 0;
	if (text.n > 1 && text.p[1] != '.')
		return 0;
	for (size_t i = 2; i < text.n; i++, unit /= 10) {
		if (!char_is_digit(text.p[i]))
			return 0;
		weight += (unsigned int)(text.p[i] - '0') * unit;
	}
	return weight > 1000 ? 0 : weight;
}

/* Takes "TAG" or "TAG;q=WEIGHT" apart. */
static unsigned int
read_range(struct str range, struct str *tag)
{
	struct str rest = range, name;

	*tag = STR_NONE;
	if (!str_split(&rest, ';', tag))
		return 0;
	*tag = str_trim(*tag);
	if (rest.p == NULL)
		return 1000;
	rest = str_trim(rest);
	if (!str_split(&rest, '=', &name) || !str_eq_nocase(name, STR("q")))
		return 0;
	return weight_of(rest);
}

static bool
best_of(struct str accept, enum language *out)
{
	struct str rest = accept, range;
	unsigned int best = 0;

	while (rest.n > 0 && str_split(&rest, ',', &range)) {
		enum language language;
		struct str tag;
		unsigned int weight = read_range(range, &tag);

		if (weight > best && language_of(tag, &language)) {
			best = weight;
			*out = language;
		}
	}
	return best > 0;
}

enum language
language_choose(struct str ui_locales, struct str accept)
{
	struct str rest = ui_locales, tag;
	enum language language;

	while (rest.n > 0 && str_split(&rest, ' ', &tag)) {
		if (language_of(tag, &language))
			return language;
	}
	return best_of(accept, &language) ? language : LANGUAGE_NL;
}
