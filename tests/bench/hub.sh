# shellcheck shell=bash disable=SC2154  # of the caller: see below
#
# Servers and customers of scripts/bench, which sources this: a hub with as many
# accounts as asked for, and beside it an nginx of the same configuration whose
# readers give a constant answer.
#
# Of the caller: $state a folder of this run, $cache a folder that lasts, $port
# the first of five that are free, and common.sh. What is started stands in
# $pids, the hub first, and the peers in $peer_pids.

http_port=$((port + 1)) constant_port=$((port + 2))
folder=$state/constant
peer_pids=() constant='' sender=''

stop_servers() {
	local p

	for p in $sender $constant "${peer_pids[@]}" "${pids[@]}"; do
		stop "$p"
	done
	pids=() peer_pids=() constant='' sender=''
	rm -rf -- "$folder"
}

hubctl() {
	"$ROOT/scripts/hubctl" --state "$hub" "$@"
}

start_hub() {
	run_hub "$state/run.log" --port "$port" --http-port $http_port \
		--state "$hub"
}

# Without an answer nothing is written; with a quote nginx could not return it.
write_locations() {
	local body

	become_customer j.janssen@example.nl
	body=$(curl -fsS --noproxy '*' -H "$authorization" \
		"http://127.0.0.1:$http_port/account/mine")
	[[ $body != *[\'\\\$]* ]] ||
		die "nginx cannot return the answer of /account/mine: it holds" \
			"a quote, a backslash or a dollar sign"
	printf "location = /return {\n\tdefault_type %s;\n\treturn 200 '%s';\n}\n" \
		application/json "$body"
	printf 'location = /file {\n\tfastcgi_keep_conn on;\n\t%s;\n}\n' \
		"fastcgi_pass unix:$folder/file.sock"
}

# The same nginx configuration on another port, its readers the constant ones.
# In it nginx itself has an answer at /return, and a file comes at /file; what is
# in peers/ belongs to the peers.
start_nginx() {
	mkdir -p "$folder/log" "$folder/tmp" "$folder/peers"
	write_locations >"$folder/locations.conf"
	sed -e "s|^daemon off;|include $folder/peers/*.main;\n&|" \
		-e "s|^http {|&\n\tinclude $folder/peers/*.http;|" \
		-e "s|listen 127.0.0.1:$http_port;|&\n\tinclude $folder/locations.conf;\n\tinclude $folder/peers/*.server;|" \
		-e "s|$hub/run/readers/fcgi.sock|$folder/sock|" \
		-e "s|127.0.0.1:$http_port|127.0.0.1:$constant_port|" \
		-e "/listen .*:$port ssl/d" \
		-e "s|$hub/log|$folder/log|; s|$hub/tmp|$folder/tmp|" \
		-e "s|$hub/nginx.pid|$folder/nginx.pid|" \
		-e "s|^user .*|user root;|" "$hub/nginx.conf" >"$folder/nginx.conf"
	((EUID == 0)) || sed -i '/^user /d' "$folder/nginx.conf"
	nginx -p "$folder" -e "$folder/log/nginx.log" -c "$folder/nginx.conf" \
		2>>"$folder/log/start.log" &
	pids+=($!)
	until port_is_taken $constant_port; do
		kill -0 "${pids[1]}" 2>/dev/null ||
			die "the nginx of the constant answer did not start"
		sleep 0.1
	done
}

# start_servers NAME ACCOUNTS: a hub with that many beside the demo's; 0: none.
start_servers() {
	hub=$state/$1
	if (($2 == 0)); then
		start_hub
	else
		start_loaded "$2"
	fi
	cp "$BUILD/tests/bench/tokens" "$hub/bin/tokens"
	start_nginx
}

# The set, in the folder $kept as long as this very program makes it.
start_loaded() {
	local made_with

	made_with=$({
		sha256sum <"$BUILD/hubctl"
		sha256sum <"${BASH_SOURCE[0]}"
	} | sha256sum)
	kept=$cache/bench-$1-${made_with:0:24}
	mkdir -p "$cache"
	if [[ -d $kept ]]; then
		hubctl restore "$kept/backup" >"$state/restore.log" 2>&1 || {
			cat "$state/restore.log" >&2
			die "the kept set could not be restored; remove $kept"
		}
		cp "$kept/names" "$state/names"
		start_hub
		return
	fi
	start_hub
	load_set "$1"
	rm -rf -- "$cache/bench-$1-"*
	unfinished=$(mktemp -d "$cache/unfinished.XXXXXX")
	hubctl backup "$unfinished/backup" >/dev/null
	cp "$state/names" "$unfinished/names"
	mv -T "$unfinished" "$kept"
	unfinished=
}

# More accounts than the demo's, of the same making, with five contracts each.
load_set() {
	local begun=$EPOCHREALTIME

	say "loading $1 accounts, $(($1 * 5)) contracts" >&2
	"$BUILD/hubctl" demo --accounts "$1" --contracts $(($1 * 5)) \
		>"$state/records"
	grep '^{"type":"account"' "$state/records" | jq -r .name >"$state/names"
	[[ -s $state/names ]] || die "the records hold no accounts"
	import "$state/records"
	rm "$state/records"
	say "loaded in $(awk -v a="$begun" -v b="$EPOCHREALTIME" \
		'BEGIN { printf "%.0f", b - a }') s" >&2
}

import() {
	hubctl import "$1" >"$state/import.log" 2>&1 || {
		cat "$state/import.log" >&2
		die "records could not be imported"
	}
}

# make_tokens NAME COUNT: for accounts all over the table, no two the same.
make_tokens() {
	shuf --random-source=<(yes) -n "$2" -r "$state/names" |
		as_owner "$hub/bin/tokens" "$hub/hub.conf" 86400 \
			>"$state/$1.tokens"
	[[ -s $state/$1.tokens ]] || die "there are no tokens"
}

# become_customer USERNAME: the requests are theirs from now on.
become_customer() {
	hubctl token "$1" --ttl 86400 >"$state/own.tokens"
	authorization="Authorization: Bearer $(<"$state/own.tokens")"
}

# ask PORT PATH NAME: an answer, in the files NAME.head and NAME.body.
ask() {
	curl -fsS --noproxy '*' -H "$authorization" -D "$folder/$3.head" \
		-o "$folder/$3.body" "http://127.0.0.1:$1$2"
}

# What of an answer is the same each time, in an order of its own.
lasting() {
	grep -viE '^(date|x-request-id):' "$folder/$1.head" | sort
	cat "$folder/$1.body"
}

# start_constant PATH: an answer of the hub, ever again.
start_constant() {
	[[ -z $constant ]] || stop "$constant"
	ask $http_port "$1" hub
	"$BUILD/tests/bench/constant" "$folder/sock" "$(nproc)" \
		"$folder/hub.head" "$folder/hub.body" &
	constant=$!
	until [[ -S $folder/sock ]]; do
		kill -0 "$constant" 2>/dev/null ||
			die "the constant answer did not start"
		sleep 0.05
	done
	ask $constant_port "$1" constant
	cmp -s <(lasting hub) <(lasting constant) ||
		die "the constant answer to $1 is not the hub's"
	[[ -z ${cores-} ]] || pin "$cores"
}

# The body that the hub has just given, as a file.
start_sender() {
	[[ -z $sender ]] || stop "$sender"
	rm -f "$folder/file.sock"
	"$BUILD/tests/bench/file_sender" "$folder/file.sock" "$(nproc)" \
		"$folder/hub.body" &
	sender=$!
	until [[ -S $folder/file.sock ]]; do
		kill -0 "$sender" 2>/dev/null ||
			die "the sender of a file did not start"
		sleep 0.05
	done
	ask $constant_port /file file
	cmp -s "$folder/hub.body" "$folder/file.body" ||
		die "the file that is sent is not what the hub answers"
	[[ -z ${cores-} ]] || pin "$cores"
}

# pin CORES: all servers, from now on.
pin() {
	cores=$1
	pin_trees "$cores" "${pids[@]}" "${peer_pids[@]}" $constant $sender
}

readers() {
	pgrep -f "^$hub/bin/hubd --pool readers "
}

# The readers with another setting, as an operator changes it.
set_readers() {
	local master

	sed -i "/^#*${1//./\\.} =/d" "$hub/hub.conf"
	printf '%s = %s\n' "$1" "$2" >>"$hub/hub.conf"
	master=$(pgrep -of "^$hub/bin/hubd --pool readers ")
	kill -HUP "$master"
	sleep 2
	[[ -z ${cores-} ]] || pin "$cores"
}
