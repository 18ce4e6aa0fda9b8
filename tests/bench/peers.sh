# shellcheck shell=bash disable=SC2154  # of the caller: see below
#
# The peers of scripts/bench, which sources this after hub.sh: programs that one
# would put in the hub's place, see peers/README.md. They stand behind the nginx
# of the constant answer, each at a path of its own.
#
# Of the caller: what hub.sh has of it, and $kept, the folder of the loaded set.
# What cannot be installed, made or started is left out, and why stands in
# $left_out.

apache_port=$((port + 3)) apache_http_port=$((port + 4))
peer_sources=$ROOT/tests/bench/peers
left_out=()

# What a program needs of Debian. Node and npm may come from elsewhere.
declare -A peer_packages=(
	[lua]='libnginx-mod-http-lua lua-cjson'
	[mhd]='libmicrohttpd-dev'
	[go]='golang-go'
	[node]=''
	[php]='php-fpm php-cli php-apcu php-sqlite3'
	[fcgi]='spawn-fcgi'
	[apache]='apache2-bin'
)

# Table (known tokens, or every token new), program, place, name.
peer_rows=(
	'known|lua|lua-shared|Lua shared dictionary'
	'known|lua|lua-own|Lua LRU'
	'known|mhd|mhd-known|libmicrohttpd'
	'known|go|go-known|Go'
	'known|node|node-known|Node fast-jwt'
	'known|php|php-known|PHP'
	'known|fcgi|fcgi|hub.fcgi'
	'known|apache|apache|Apache + hub'
	'new|lua|lua-checked|Lua'
	'new|mhd|mhd-checked|libmicrohttpd'
	'new|go|go-checked|Go'
	'new|node|node-checked|Node fast-jwt'
	'new|node|node-jose|Node jose'
	'new|php|php-checked|PHP'
	'new|fcgi|fcgi|hub.fcgi'
	'new|apache|apache|Apache + hub'
)

# Verified tokens that a program remembers, where it has to be told.
known_tokens=16384

# form NAME MAKER COMMAND...: the accounts as a program wants them, made by the
# command, which gets them on standard input and the file as its last argument.
# Kept with the set for as long as MAKER, a file or a folder, stays as it is;
# the path is in $form then.
form() {
	local made_with

	made_with=$(find "$2" -type f -print0 | sort -z | xargs -0 cat |
		sha256sum)
	form=$kept/peers/$1-${made_with:0:16}
	[[ ! -e $form ]] || return 0
	mkdir -p "$kept/peers" || return
	rm -f -- "$kept/peers/$1-"*
	say "making the accounts in the form: $1" >&2
	"${@:3}" "$form.new" <"${accounts_file:-/dev/null}" || return
	mv -- "$form.new" "$form" || return
	rm -f -- "$form.new"*
}

print_accounts() {
	as_owner "$hub/bin/peer_data" "$hub/hub.conf" >"$1"
}

# What all programs are told; those in the hub's place know it by heart.
prepare_peers() {
	local kid

	mkdir -p "$folder/peers"
	cp "$BUILD/tests/bench/peer_data" "$hub/bin/peer_data"
	kid=$(head -n 1 "$state/own.tokens" | cut -d. -f1 |
		{ basenc -d --base64url 2>/dev/null || true; } | jq -r .kid)
	as_owner "$hub/bin/peer_data" "$hub/hub.conf" "$kid" |
		openssl pkey -pubin -inform DER -out "$folder/peers/key.pem"
	accounts_file=
	form accounts "$BUILD/tests/bench/peer_data" print_accounts
	accounts_file=$form
	PEER_KEY=$folder/peers/key.pem
	PEER_AUDIENCE=$(sed -n 's/^base_url = //p' "$hub/hub.conf")
	PEER_ISSUER=$PEER_AUDIENCE/identity
	export PEER_KEY PEER_AUDIENCE PEER_ISSUER
}

# launch_peer ACCOUNTS COMMAND...: in the background.
launch_peer() {
	PEER_ACCOUNTS=$1 setpriv --pdeathsig TERM -- "${@:2}" &
	peer_pids+=($!)
}

# await_socket PATH: of what was launched last.
await_socket() {
	local end=$((SECONDS + 120))

	until [[ -S $1 ]]; do
		kill -0 "${peer_pids[-1]}" 2>/dev/null || return
		((SECONDS < end)) || return
		sleep 0.1
	done
}

# proxy_to NAME SOCKET...: a place of nginx that passes on by HTTP what the
# hub's passes on by FastCGI, over connections that are kept as there.
proxy_to() {
	local servers

	printf -v servers '\\tserver unix:%s max_fails=0;\\n' "${@:2}"
	sed -n '/^upstream hub_readers {/,/^}/p' "$folder/nginx.conf" |
		sed -e "s/hub_readers/peer_$1/" \
			-e "s|^[ \t]*server .*|${servers%\\n}|" \
			>"$folder/peers/$1.http"
	cat >"$folder/peers/$1.server" <<END
location = /peers/$1 {
	set \$hub_pool peer;
	proxy_http_version 1.1;
	proxy_pass_request_headers off;
	proxy_set_header Connection "";
	proxy_set_header Authorization \$http_authorization;
	proxy_buffer_size 16k;
	proxy_buffers 16 16k;
	proxy_max_temp_file_size 0;
	proxy_pass http://peer_$1/account/mine;
}
END
}

# fastcgi_to NAME SOCKET [NAME VALUE]...: the same by FastCGI, with these
# parameters beside those that the hub gets for it, and a connection for each
# request: a process has one at a time.
fastcgi_to() {
	local name=$1 socket=$2

	shift 2
	# In single quotes stands a variable of nginx.
	# shellcheck disable=SC2016
	{
		printf "location = /peers/%s {\n\tset \$hub_pool peer;\n" "$name"
		sed -n '/location ~ .*account\/mine/,/^\t}/{
			s|\$request_uri|/account/mine|
			/fastcgi_param /p
		}' "$folder/nginx.conf"
		(($# == 0)) || printf '\tfastcgi_param %s %s;\n' "$@"
		printf '\tfastcgi_pass unix:%s;\n}\n' "$socket"
	} >"$folder/peers/$name.server"
}

make_lua() {
	form lmdb "$peer_sources/lmdb_load.c" "$BUILD/tests/bench/peers/lmdb_load"
}

start_lua() {
	local modules kind

	modules=$(nginx -V 2>&1 | grep -o 'modules-path=[^ ]*') || return
	cp "$peer_sources/account.lua" "$folder/peers/"
	printf "load_module ${modules#*=}/%s.so;\n" ndk_http_module \
		ngx_http_lua_module >"$folder/peers/lua.main"
	cat >"$folder/peers/lua.http" <<END
lua_package_path "$folder/peers/?.lua;;";
lua_shared_dict peer_tokens 64m;
init_worker_by_lua_block {
	require("account").setup {
		key = "$PEER_KEY",
		issuer = "$PEER_ISSUER",
		audience = "$PEER_AUDIENCE",
		accounts = "$form",
	}
}
END
	for kind in shared own checked; do
		cat >"$folder/peers/lua-$kind.server" <<END
location = /peers/lua-$kind {
	set \$hub_pool peer;
	content_by_lua_block { require("account").$kind() }
}
END
	done
	nginx -q -t -p "$folder" -e "$folder/log/nginx.log" \
		-c "$folder/nginx.conf" || {
		rm -f "$folder/peers/lua"*
		return 1
	}
}

make_mhd() {
	make -s -C "$BUILD" tests/bench/peers/mhd &&
		form lmdb "$peer_sources/lmdb_load.c" \
			"$BUILD/tests/bench/peers/lmdb_load"
}

start_mhd() {
	local kind more

	for kind in known checked; do
		more=()
		[[ $kind == checked ]] || more=("$known_tokens")
		launch_peer "$form" "$BUILD/tests/bench/peers/mhd" \
			"$folder/peers/mhd-$kind.sock" "$(nproc)" "${more[@]}"
		await_socket "$folder/peers/mhd-$kind.sock" || return
		proxy_to "mhd-$kind" "$folder/peers/mhd-$kind.sock"
	done
}

make_go() {
	GOCACHE=$state/go GOPROXY=off go build -o "$folder/peers/go" \
		"$peer_sources/account.go"
}

start_go() {
	local kind more

	for kind in known checked; do
		more=()
		[[ $kind == checked ]] || more=("$known_tokens")
		launch_peer "$accounts_file" "$folder/peers/go" \
			"$folder/peers/go-$kind.sock" "${more[@]}"
		await_socket "$folder/peers/go-$kind.sock" || return
		proxy_to "go-$kind" "$folder/peers/go-$kind.sock"
	done
}

# The modules, for each state of the lock file, and with them the Node that all
# of it runs on: Debian's is too old.
make_node() {
	local lock

	lock=$(sha256sum <"$peer_sources/node/package-lock.json")
	modules=$cache/peers-node-${lock:0:16}
	if [[ ! -e $modules ]]; then
		command -v node >/dev/null || (install_missing nodejs) || return
		command -v npm >/dev/null || (install_missing npm) || return
		rm -rf -- "$cache"/peers-node-*
		mkdir -p "$modules.new"
		cp "$peer_sources"/node/{package.json,package-lock.json,.npmrc} \
			"$modules.new/"
		(cd "$modules.new" && npm ci --ignore-scripts --no-audit \
			--no-fund) && mv -T "$modules.new" "$modules" || return
	fi
	node=$modules/node_modules/node-linux-$(node -p process.arch)/bin/node
	mkdir -p "$folder/peers/node"
	cp "$peer_sources"/node/*.mjs "$peer_sources/node/package.json" \
		"$folder/peers/node/"
	ln -s "$modules/node_modules" "$folder/peers/node/node_modules"
	form node "$peer_sources/node" "$node" "$folder/peers/node/load.mjs"
}

# start_node_kind NAME ARGUMENT...: a process for each processor.
start_node_kind() {
	local name=$1 socket sockets=() i

	shift
	for ((i = 0; i < $(nproc); i++)); do
		socket=$folder/peers/$name.$i.sock
		launch_peer "$form" "$node" "$folder/peers/node/server.mjs" \
			"$socket" "$@"
		await_socket "$socket" || return
		sockets+=("$socket")
	done
	proxy_to "$name" "${sockets[@]}"
}

start_node() {
	start_node_kind node-known fast-jwt $known_tokens &&
		start_node_kind node-checked fast-jwt &&
		start_node_kind node-jose jose
}

make_php() {
	form sqlite "$peer_sources/php/load.php" \
		php "$peer_sources/php/load.php"
}

start_php() {
	local programs=(/usr/sbin/php-fpm*) kind cached

	cat >"$folder/peers/php.conf" <<END
[global]
error_log = $folder/log/php.log
daemonize = no
[peer]
user = $(id -un)
group = $(id -gn)
listen = $folder/peers/php.sock
listen.backlog = 4096
pm = static
pm.max_children = $(($(nproc) * 4))
env[PEER_KEY] = "$PEER_KEY"
env[PEER_ISSUER] = "$PEER_ISSUER"
env[PEER_AUDIENCE] = "$PEER_AUDIENCE"
env[PEER_ACCOUNTS] = "$form"
END
	launch_peer "$form" "${programs[-1]}" --allow-to-run-as-root \
		--fpm-config "$folder/peers/php.conf"
	await_socket "$folder/peers/php.sock" || return
	for kind in known checked; do
		cached=no
		[[ $kind == checked ]] || cached=yes
		fastcgi_to "php-$kind" "$folder/peers/php.sock" \
			SCRIPT_FILENAME "$peer_sources/php/account.php" \
			PEER_CACHE $cached
	done
}

make_fcgi() {
	cp "$BUILD/hub.fcgi" "$hub/bin/hub.fcgi"
}

# As doc/web-servers.md says. Its processes are nobody's children.
start_fcgi() {
	local user place=$folder/peers/fcgi pids

	user=$(id -un)
	((EUID != 0)) || user=hub-read
	folder 0755 "$user" "$user" "$place"
	become "$user"
	HUB_CONF=$hub/hub.conf "${as_user[@]}" spawn-fcgi -s "$place/sock" \
		-M 0660 -F 4 -P "$place/pids" -- "$hub/bin/hub.fcgi" || return
	mapfile -t pids <"$place/pids"
	peer_pids+=("${pids[@]}")
	fastcgi_to fcgi "$place/sock"
}

make_apache() {
	:
}

start_apache() {
	local log=$folder/log/apache.log

	: >"$log"
	setpriv --pdeathsig TERM -- "$ROOT/scripts/front" apache-proxy \
		--state "$hub" --port "$apache_port" \
		--http-port "$apache_http_port" >"$log" 2>&1 &
	peer_pids+=($!)
	until grep -q '^apache-proxy is ready' "$log"; do
		kill -0 "${peer_pids[-1]}" 2>/dev/null || {
			tail -n 1 "$log"
			return 1
		}
		sleep 0.1
	done
}

# leave_out NAME REASON
leave_out() {
	left_out+=("$1: ${2:-it does not start}")
	say "left out: ${left_out[-1]}" >&2
}

# The steps of one program; what it says goes to its log.
bring_up() {
	local packages

	read -ra packages <<<"${peer_packages[$1]}"
	((${#packages[@]} == 0)) || (install_missing "${packages[@]}") || return
	"make_$1" && "start_$1"
}

# Those that are up are in $peers_up, between spaces.
start_peers() {
	local name log

	prepare_peers
	peers_up=' '
	for name in lua mhd go node php fcgi apache; do
		log=$folder/log/peer-$name.log
		say "starting the peer $name" >&2
		if bring_up "$name" >"$log" 2>&1; then
			peers_up+="$name "
		else
			leave_out "$name" "$(tail -n 1 "$log")"
			rm -f "$folder/peers/$name"*.{main,http,server}
		fi
	done
	kill -HUP "$(<"$folder/nginx.pid")"
	sleep 1
}

stop_peers() {
	local p

	for p in "${peer_pids[@]}"; do
		stop "$p"
	done
	peer_pids=()
	rm -rf -- "$folder/peers"
	mkdir "$folder/peers"
	kill -HUP "$(<"$folder/nginx.pid")"
	sleep 1
}

# where_is PLACE: port and path.
where_is() {
	case $1 in
	hub) printf '%s /account/mine\n' "$http_port" ;;
	apache) printf '%s /account/mine\n' "$apache_http_port" ;;
	*) printf '%s /peers/%s\n' "$constant_port" "$1" ;;
	esac
}

# answer_of PLACE TOKEN: status and type; the body is in peer.body.
answer_of() {
	local port path

	read -r port path < <(where_is "$1")
	curl -sS --noproxy '*' --max-time 10 -H "Authorization: Bearer $2" \
		-o "$folder/peer.body" -w '%{http_code} %{content_type}' \
		"http://127.0.0.1:$port$path" || true
}

# fault_of PLACE: prints what is wrong with its answers, if anything is.
fault_of() {
	local answer

	answer=$(answer_of "$1" "$good")
	if [[ $answer != '200 application/json' ]]; then
		say "its answer is '$answer'"
	elif ! cmp -s "$folder/peer.body" "$folder/hub.body"; then
		say "its body is not the hub's"
	elif [[ $(answer_of "$1" "$damaged") != 401* ]]; then
		say 'it takes a damaged signature'
	elif [[ $(answer_of "$1" "$short") != 200* ]]; then
		say 'it refuses a token that soon expires'
	fi
}

# Its first signature's character is another one.
damage() {
	local rest=${1##*.} other=A

	[[ ${rest:0:1} != A ]] || other=B
	printf '%s.%s%s' "${1%.*}" $other "${rest:1}"
}

# The rows whose places answer as the hub does, and refuse what has to be
# refused; an expired token after it has been taken, since some remember it.
check_peers() {
	local good damaged short row place program
	local -A faults=()

	good=$(head -n 1 "$state/hot.tokens")
	damaged=$(damage "$good")
	answer_of hub "$good" >/dev/null
	cp "$folder/peer.body" "$folder/hub.body"
	short=$(head -n 1 "$state/names" |
		as_owner "$hub/bin/tokens" "$hub/hub.conf" 10)
	for row in "${peer_rows[@]}"; do
		IFS='|' read -r _ program place _ <<<"$row"
		[[ $peers_up != *" $program "* || -v faults[$place] ]] ||
			faults[$place]=$(fault_of "$place")
	done
	[[ -z $(fault_of hub) ]] || die "the hub's own answers are not right"
	sleep 11
	for place in "${!faults[@]}"; do
		[[ -n ${faults[$place]} ||
			$(answer_of "$place" "$short") == 401* ]] ||
			faults[$place]='it takes an expired token'
		[[ -z ${faults[$place]} ]] ||
			leave_out "$place" "${faults[$place]}"
	done
	peer_rows_up=()
	for row in "${peer_rows[@]}"; do
		IFS='|' read -r _ _ place _ <<<"$row"
		if [[ -v faults[$place] && -z ${faults[$place]} ]]; then
			peer_rows_up+=("$row")
		fi
	done
}

# peer_targets TABLE TOKENS: in the words of measure.py, in $targets.
peer_targets() {
	local row table place name port path

	targets=()
	for row in "${peer_rows_up[@]}"; do
		IFS='|' read -r table _ place name <<<"$row"
		[[ $table == "$1" ]] || continue
		read -r port path < <(where_is "$place")
		targets+=("$(target "$name" "$2" "$port" "$path")")
	done
}
