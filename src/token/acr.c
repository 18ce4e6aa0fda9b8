#include "token/acr.h"

const char *
acr_of(unsigned int methods)
{
	if ((methods & AUTH_PASSWORD) == 0)
		return "";
	return (methods & AUTH_CODE) != 0 ? ACR_MFA : ACR_PASSWORD;
}

unsigned int
acr_methods(struct str acr)
{
	if (str_eq(acr, STR(ACR_MFA)))
		return AUTH_PASSWORD | AUTH_CODE;
	return str_eq(acr, STR(ACR_PASSWORD)) ? AUTH_PASSWORD : 0;
}

void
acr_put(struct json_out *j, unsigned int methods)
{
	if (acr_of(methods)[0] == '\0')
		return;
	json_out_name(j, "acr");
	json_out_cstr(j, acr_of(methods));
}

void
amr_put(struct json_out *j, unsigned int methods)
{
	if ((methods & AUTH_PASSWORD) == 0)
		return;
	json_out_name(j, "amr");
	json_out_array(j);
	json_out_cstr(j, "pwd");
	if ((methods & AUTH_CODE) != 0) {
		json_out_cstr(j, "otp");
		json_out_cstr(j, "mfa");
	}
	json_out_array_end(j);
}
