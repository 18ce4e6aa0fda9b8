#ifndef UNIT_KEYS_H
#define UNIT_KEYS_H

#include "base/b64.h"
#include "token/rsa.h"

/*
 * Two RSA keys of 2048 bits that protect nothing: PKCS #8 in base64url. Tests
 * do not make their keys, because that takes long under valgrind.
 */
#define TEST_KEY_A                                                             \
	"MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQCXRmCt3qB_kXeIOv"   \
	"qC3LGnP_VQBBvtJBZqAzw-y6Xba36S33zaUISnirZYDhk4j6HCBtcDXJHknMTgdK-H"   \
	"_JjcwA8aw_GL_xnYVIKVx7VpY1oKNBTGwysfUHhmyljlphufBE8NFZS_mzZicRIobj"   \
	"nuvvrWlgmXxZp9B1Q0pkDeF7jXJ6kiMhm-G8jePayzIzwoMJ1zxFJYGa4AQ1zNnkrg"   \
	"B-62FsH7qj0DbcFQfXUQ-9TJigSqUy4_55Gy1BzOLPwiCjZ86vBPi0RsN5MHd-HBor"   \
	"jMtGxdBQZ1xWlBnbGAAtVWWOIi1sFMdRVXRqR5REGC-vMzNEF3xF-oynAhTkPbAgMB"   \
	"AAECggEAF-uWAAhTArkC2LTSxfyVzueLJ9Lug4oQTUUjsp5LJK4Tvq--M1tGDqQdf0"   \
	"EDdfEoV-DzAOITY73yV7e7xdoIZeesu8O-HzAAaze5ymtg4UBHjZN8sY1M9U-pKj_W"   \
	"3MFuXq-0vFHsSnwFln1grKn5WSozydjBvZEOg7Sz-PtNCJEjZaHQf-uX2tsD91MvdT"   \
	"J1WPQtMTouxbF8-u1TKwKLy6oIyuWwF6yyl4H36v4J8VBM7qlKZpW7KKCEUKc08NkE"   \
	"8K3wtaH4ErLjC8EP8xcoPl62rxkzwmjkRhavMQUiSzQruyPUPxUYlS9boXcZ7LGVMX"   \
	"rIznOs-bVqWwC64buTcQKBgQDO_QRCqSqwHzKq_pjLt00HUCzX6e2vZot3J76yJ9TJ"   \
	"pAiMFE0uQmEUoORWesDfTa3JhfGhmfYMpqDvnjsI5PhKq4v1jpJSPs9LUqyC3y4KRQ"   \
	"GPm29SBf9jsvLrKom2bmpb4E7HYnd8j3X5d4vrNMJAWJ7_UbkLGgqQzXuiPAPYYwKB"   \
	"gQC7GDALi-y2wgq3sUWz12bH_bLwXSpnwfIlpFyxwP4UBBkqCdm1YqgV-dSag2CEfJ"   \
	"LJgT_GWXUf3FQfXwptKZu2ClhfuMwjIBnHFaMuSqXnD8Nl95cyA-d0yenBj-TKLDCG"   \
	"UuXH-RUXxXig-sLqYf2yVfYFF9depczgm6U4G7m0KQKBgQCc6n0XWA2PlSchMH9_OI"   \
	"fBuos0aBgTd6bU_yF3B_EtqBf-sclM_29_ZvWThd2_q7DK7KsguoooTw4Eea0Bciu0"   \
	"19Xzo1DT3t_hl1xGnpDVojiruMcspHVXDKtRkl7yGUSyQBsY1lIE8PEb3QAKoGV-yH"   \
	"BI2JhyjRxjaBOJCvxTRwKBgFRGAN4ymN15afp0D0GCtPlAfWlnjcJOyhPKhTZMCCZb"   \
	"8jnNVhMt7Sh48BrpMoB63GOHpIJjqS5AwGOhG8EwDMNixYvYYZswymuyg15GoZQCtb"   \
	"EoZSJSP9-LU4-skRG_9duLW5VHzQh4Gm3ohgOtP-kkbzy8EHbBmBdUBIfRdUSBAoGA"   \
	"DHSSPWd7CnykRdrsx3A5nnqJ8UlWbxmjOtdu5CtenB0yx8BfaTYIaRaqW6KnQDqtsj"   \
	"A_O9FCOif8yavO1w0UlJQ0x0aqha4G6J3w6DjZZYN2jSTANUfL5tO-TFx46KZTY72y"   \
	"1o5wYz9gotuf8FE4UEDXBdw4pAO4eFlcWfW7ecI"

#define TEST_KEY_B                                                             \
	"MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC81-7HJpF4Mz-BAQ"   \
	"rsRKgvRrBLIrtUUvoZtQ4_IbJGgPZ9uykjU1vmJJGx4fFW_h6SMO2mTqYAY5nm2ptc"   \
	"9_Dgu4uh6aEJsUKSy4aRfas4kSbiNOYMk1Y1_msZsy1UosKmBqptFRLYOcyRqZCVQF"   \
	"TdBS-u6pUX0ilthfj6jsp_x-voHOmDKiAAYqaohvb1rPTMSMVDxUJBdNokLqhAa82m"   \
	"-7C9E96ZzlzR-RKJwfCUx-MnHo7ciXc-DYPP7TyFbFozSRdM9byJDSZGHDhW-MKE3H"   \
	"pBPitC-U6K4C9-KiqZCc7vJeimgMP9MR3lxxXzzV0Gwa1WrP-0QiDwqAkmkyxPAgMB"   \
	"AAECggEAAOrWwXVVSkjU4BHEJ-OFNMYoNF07nQMt4_vvh9pDscr7lUN8_HS62cS1R5"   \
	"5KAMP3HDH579iqY1eqzjjsWP97DSRsFgINK_-GOZ9Tnxdzi4woY7J9Fir7DrrNcj4o"   \
	"FCT1Z4gQCyl3ZuWisfopiJE3OFGjDyk_2N_Y-qvdb0K54hkoUB-3PN73PywZXbU2Fy"   \
	"-_ZqKt9juxkYFuzLtJxywYoUqnZtzsrM-8wlWpXdjXzeMgzoDJaJSR7mBsVkEFV4sh"   \
	"3wEcl8hEUm6Tv_9Ua9ZFHpXJ7E2GtZ0Rnvv56IjgDXJsancTczZiiTJi0-755DetQa"   \
	"DWs86m9zqHC-neqjZknQKBgQDdepKlVSwfYjLdhnKEThdHaa3wCVCeh3orH0UqYTQl"   \
	"epqZQRq41uhKvd4uZMOW6E_REMwpJcePUsV91k1s0igL96KCzQyd6AiEwGJxDjK0E4"   \
	"xLPWb2yqf-m0w8zMa8oCqo2NpaJvpSFu3ddvKnh2u67WniwxLmSpX_fb33RE8-ZQKB"   \
	"gQDaRyYIqW87ftWxR4ZHfHbSAnJgPYwPuLby5K0d7N-016j2jxE9o1IrSxRL3sBA2Q"   \
	"miYVFgiVdoOGwm-WTcSOmuGgGKax20yJ3JNZfl79I19iAovPIiJlwm0z2Ie1da355M"   \
	"BzIQpl71MaBWolY1hOjri9rT_nAuEkHv0Aff2MyKowKBgQCOoEyno_3SCA7xkY9VnG"   \
	"RpXKjil10Pefc2peCItig6qoW8g6yNs_fLihH2lnVOTTR5UfPn26hzp73-l28s0Plx"   \
	"G3vP9_RUDATQWIQMgjQsuxnxqg0QiNk-oQura8Pf3NUb_uo-fDNfgdyUbfE96Xt62U"   \
	"EDAtS88PM_oN4gyiCt8QKBgCLDzjT293ZcXyCbKbHdCver2Ben9dTTMKBC96eagI7H"   \
	"AmwyoSZWCtJGZPcohSpO5w_rvBBKD5fT1LXoZr4HBuDp13D6WoLeqPLRDF5c8fgSOV"   \
	"EDtvTlcyvj3RsNuf4JO6cURk8MkHcw7j6eIGjpwEczwSiej7NmyQWu9nIaj4lNAoGA"   \
	"QblTDTfMlVmhpnKP0Q7LoFzU4IhGINyBr54ZjQ_gK_3qXVTlI0KvVAc-m4J-8sMOuI"   \
	"MDjDXlszSExD0O4iyFazhuPqZQ7aVJT6gDMYfdBGV72wMX2Ki6Ccuq0hP2RfTuOKhD"   \
	"Uw86efbL6U4VRDvVNhC6ClVwQ4CaO1ObIaCzOfc"

/* The caller frees it; NULL if TEXT is no key. */
static inline struct rsa_key *
test_key(const char *text)
{
	unsigned char der[1300];
	ptrdiff_t n = b64url_decode(str_of(text), der, sizeof(der));
	struct rsa_key *key;

	if (n < 0 || rsa_private(&key, (struct str){ (char *)der, (size_t)n }))
		return NULL;
	return key;
}

#endif
