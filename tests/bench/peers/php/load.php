<?php
// Accounts as peer_data prints them, into SQLite: php load.php FILE <ACCOUNTS
declare(strict_types=1);

$db = new PDO('sqlite:' . $argv[1]);
$db->exec('PRAGMA synchronous = OFF');
$db->exec('CREATE TABLE account (id TEXT PRIMARY KEY, body TEXT) WITHOUT ROWID');
$db->beginTransaction();
$insert = $db->prepare('INSERT INTO account VALUES (?, ?)');
while (($line = fgets(STDIN)) !== false) {
	$insert->execute(explode("\t", rtrim($line, "\n"), 2));
}
$db->commit();
