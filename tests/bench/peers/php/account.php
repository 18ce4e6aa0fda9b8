<?php
// A peer of the hub by php-fpm: openssl, SQLite, and verified tokens in APCu
// where PEER_CACHE of the request is "yes". PEER_KEY, PEER_ISSUER,
// PEER_AUDIENCE and PEER_ACCOUNTS (what load.php makes) are php-fpm's to say.
declare(strict_types=1);

const SECONDS_KNOWN = 300;

function answer(int $status, string $body): never
{
	http_response_code($status);
	header('Content-Type: application/json');
	header('Content-Length: ' . strlen($body));
	echo $body;
	exit;
}

function decode(string $text): string
{
	return (string)base64_decode(strtr($text, '-_', '+/'), true);
}

// The public key's text, which a file need not be read for each time.
function pem(): string
{
	$pem = apcu_fetch('key');
	if ($pem === false) {
		$pem = file_get_contents(getenv('PEER_KEY'));
		apcu_store('key', $pem);
	}
	return $pem;
}

function check(string $token): ?array
{
	$parts = explode('.', $token);
	if (count($parts) !== 3) {
		return null;
	}
	[$head, $payload, $signature] = $parts;
	$header = json_decode(decode($head), true);
	if (($header['alg'] ?? '') !== 'RS256'
		|| ($header['typ'] ?? '') !== 'at+jwt') {
		return null;
	}
	$right = openssl_verify("$head.$payload", decode($signature), pem(),
		OPENSSL_ALGO_SHA256);
	if ($right !== 1) {
		return null;
	}
	$claims = json_decode(decode($payload), true);
	if (($claims['iss'] ?? '') !== getenv('PEER_ISSUER')
		|| ($claims['aud'] ?? '') !== getenv('PEER_AUDIENCE')
		|| !is_int($claims['exp'] ?? null)
		|| !is_string($claims['sub'] ?? null)) {
		return null;
	}
	return ['sub' => $claims['sub'], 'exp' => $claims['exp']];
}

// Of a token that passed before, or passes now.
function claims_of(string $token): ?array
{
	if (($_SERVER['PEER_CACHE'] ?? '') !== 'yes') {
		return check($token);
	}
	$known = apcu_fetch("token $token");
	if ($known !== false) {
		return $known;
	}
	$claims = check($token);
	if ($claims !== null) {
		apcu_store("token $token", $claims, SECONDS_KNOWN);
	}
	return $claims;
}

function find(string $id): string|false
{
	$db = new PDO('sqlite:' . getenv('PEER_ACCOUNTS'), null, null,
		[PDO::ATTR_PERSISTENT => true]);
	$query = $db->prepare('SELECT body FROM account WHERE id = ?');
	$query->execute([$id]);
	return $query->fetchColumn();
}

$field = $_SERVER['HTTP_AUTHORIZATION'] ?? '';
$claims = str_starts_with($field, 'Bearer ') ? claims_of(substr($field, 7)) : null;
$body = false;
if ($claims !== null && $claims['exp'] > time()) {
	$body = find($claims['sub']);
}
if ($body === false) {
	answer(401, '{"error":"unauthorized"}');
}
answer(200, $body);
