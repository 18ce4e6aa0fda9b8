#include "identity/notice.h"

#include "base/clock.h"
#include "identity/mail.h"

void
notice_put(struct txn *vault, const struct conf *conf,
    enum mail_template template, enum mail_language language,
    const struct account_rec *account)
{
	const struct mail_wish wish = {
		.template = template,
		.language = language,
		.account = account->id,
		.born = account->born,
		.about = STR(""),
	};
	int rc = mail_put(vault, conf, &wish, clock_now());

	if (rc != 0 && rc != HUB_EFULL)
		txn_fail(vault, rc);
}
