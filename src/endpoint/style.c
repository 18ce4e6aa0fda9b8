#include "endpoint/style.h"

#include <stdio.h>
#include "endpoint/call.h"
#include "endpoint/routes.h"
#include "http/param.h"

#define CACHE "public, max-age=31536000, immutable"

/*
 * Every pair of colours has a contrast of 4.5 or more for text and 3 for the
 * edges of fields (WCAG 2.2, 1.4.3 and 1.4.11), light and dark.
 */
static const char sheet[] =
    ":root{color-scheme:light dark;"
    "--page:#eef2f5;--card:#fff;--edge:#d5dde4;--text:#17212b;--soft:#4d5b69;"
    "--field:#fff;--field-edge:#74828f;--main:#0b5394;--main-over:#083e70;"
    "--on-main:#fff;--bad:#a61b1b;--bad-back:#fdf1f0}\n"
    "@media (prefers-color-scheme:dark){:root{"
    "--page:#0f151b;--card:#18212a;--edge:#2b3742;--text:#e8edf2;"
    "--soft:#a9b6c2;--field:#10171e;--field-edge:#7d8c9a;--main:#8fc1f5;"
    "--main-over:#b5d7fa;--on-main:#0a1b2c;--bad:#ff9d94;"
    "--bad-back:#2d1b1c}}\n"
    "*,::before,::after{box-sizing:border-box}\n"
    "html{-webkit-text-size-adjust:100%;text-size-adjust:100%}\n"
    "body{margin:0;min-height:100vh;min-height:100dvh;display:flex;"
    "flex-direction:column;background:var(--card);color:var(--text);"
    "font:1rem/1.5 system-ui,-apple-system,\"Segoe UI\",Roboto,\"Noto Sans\","
    "\"Liberation Sans\",sans-serif}\n"
    "header,main,footer{width:100%;max-width:27rem;margin:0 auto;"
    "padding:0 1.25rem}\n"
    "header{display:flex;align-items:center;gap:.6rem;padding-top:1.25rem;"
    "padding-bottom:1.25rem;font-size:1.125rem;font-weight:600}\n"
    "header img{display:block}\n"
    "h1{margin:0 0 1.25rem;font-size:1.5rem;line-height:1.25;font-weight:600;"
    "overflow-wrap:anywhere}\n"
    "p{margin:0 0 1.25rem;overflow-wrap:anywhere}\n"
    "a{color:var(--main);text-underline-offset:.15em}\n"
    "a:hover{color:var(--main-over)}\n"
    "form{margin:0 0 1.25rem}\n"
    "label{display:block;margin:0 0 .35rem;font-weight:600}\n"
    "input{display:block;width:100%;min-height:3rem;margin:0 0 1.25rem;"
    "padding:.6rem .75rem;font:inherit;color:inherit;background:var(--field);"
    "border:1px solid var(--field-edge);border-radius:.4rem}\n"
    "input[aria-invalid=true]{border:2px solid var(--bad)}\n"
    "input[readonly]{min-height:0;padding:0;border:0;border-radius:0;"
    "background:transparent;text-overflow:ellipsis}\n"
    "button,.button{display:block;width:100%;min-height:3rem;"
    "padding:.7rem 1rem;font:inherit;font-weight:600;text-align:center;"
    "text-decoration:none;cursor:pointer;color:var(--on-main);"
    "background:var(--main);border:0;border-radius:.4rem}\n"
    "button:hover,.button:hover{color:var(--on-main);"
    "background:var(--main-over)}\n"
    ".second{margin-top:.75rem;color:var(--main);"
    "background:transparent;border:1px solid var(--field-edge)}\n"
    ".second:hover{color:var(--main-over);background:var(--page)}\n"
    "section{border-top:1px solid var(--edge);padding-top:1.25rem}\n"
    "h2{margin:0 0 .75rem;font-size:1.125rem;line-height:1.3;"
    "font-weight:600}\n"
    "h3{margin:0 0 .25rem;font-size:1rem;font-weight:600;"
    "overflow-wrap:anywhere}\n"
    "ul{margin:0 0 1.25rem;padding-left:1.25rem;overflow-wrap:anywhere}\n"
    "article{margin:0 0 1.5rem}\n"
    ".status{margin:0 0 1.25rem;padding:.75rem 1rem;background:var(--page);"
    "border-left:4px solid var(--main);border-radius:.25rem}\n"
    ":focus-visible{outline:3px solid var(--main);outline-offset:2px}\n"
    ".alert{margin:0 0 1.25rem;padding:.75rem 1rem;background:var(--bad-back);"
    "border-left:4px solid var(--bad);border-radius:.25rem}\n"
    ".hint{margin:0 0 .5rem;color:var(--soft)}\n"
    ".qr{display:block;max-width:100%;height:auto;margin:0 auto 1rem}\n"
    ".secret code,.codes code{font-size:1.125rem;overflow-wrap:anywhere}\n"
    ".codes{padding-left:1.25rem}\n"
    ".note{color:var(--soft);font-size:.875rem}\n"
    "footer{margin-top:auto;padding-top:1rem;padding-bottom:1.25rem;"
    "font-size:.875rem;color:var(--soft)}\n"
    "nav{display:flex;gap:1.25rem}\n"
    "nav a,nav span{padding:.5rem 0}\n"
    "nav span{font-weight:600}\n"
    "@media (min-width:34rem){body{background:var(--page)}\n"
    "header{padding:3.5rem 0 1.25rem}\n"
    "main{padding:2rem 2rem .75rem;background:var(--card);"
    "border:1px solid var(--edge);border-radius:.75rem}\n"
    "footer{margin-top:0;padding:1rem 0 3rem}}\n"
    "@media (forced-colors:active){button,.button,.alert{"
    "border:1px solid}}\n";

static const char picture[] =
    "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 32 32\">"
    "<rect width=\"32\" height=\"32\" rx=\"8\" fill=\"#0b5394\"/>"
    "<g stroke=\"#fff\" stroke-width=\"2\">"
    "<path d=\"M16 16V7M16 16l8 5M16 16l-8 5\"/></g>"
    "<g fill=\"#fff\"><circle cx=\"16\" cy=\"16\" r=\"4\"/>"
    "<circle cx=\"16\" cy=\"7\" r=\"2.6\"/>"
    "<circle cx=\"24\" cy=\"21\" r=\"2.6\"/>"
    "<circle cx=\"8\" cy=\"21\" r=\"2.6\"/></g></svg>\n";

/* FNV-1a: it tells two builds apart and keeps nobody out. */
static uint64_t
hash(uint64_t h, const char *text)
{
	for (; *text != '\0'; text++)
		h = (h ^ (unsigned char)*text) * 0x100000001b3ULL;
	return h;
}

void
style_version(char text[STYLE_VERSION])
{
	uint64_t h = hash(hash(0xcbf29ce484222325ULL, sheet), picture);

	snprintf(text, STYLE_VERSION, "%016llx", (unsigned long long)h);
}

/*
 * For ever, if it is what was asked for: while an old worker and a new one run
 * side by side, a page of one may ask the other.
 */
static void
answer(struct call *call, const char *type, const char *text)
{
	char version[STYLE_VERSION];
	struct param_list list;

	style_version(version);
	param_read(call->req->arena, call->req->query, &list);
	if (str_eq(param_get(&list, "v"), str_of(version)))
		call->cache = CACHE;
	resp_body(call->resp, 200, type, str_of(text));
}

/* GET /identity/hub.css */
void
style_sheet(struct call *call)
{
	answer(call, "text/css; charset=utf-8", sheet);
}

/* GET /identity/hub.svg */
void
style_picture(struct call *call)
{
	answer(call, "image/svg+xml", picture);
}
