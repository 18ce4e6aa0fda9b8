# shellcheck shell=bash disable=SC2154  # of the caller: see below
#
# The part "settings" of scripts/bench, which sources this behind hub.sh: what
# each setting of the shipped configuration brings. Each variant is one more
# nginx on a port of its own before the same constant answer; while it is not
# asked it costs nothing. Those of a group are measured in turn, so that each
# ratio is to the configuration as it is shipped in the same round. Where that
# is within the noise, the instructions that callgrind counts tell nginx's own
# part, and they are the same each time; what the kernel does is not in them.

variants_port=$((port + 5))
variants=() variant_pids=()

stop_variants() {
	local p

	for p in "${variant_pids[@]}"; do
		stop "$p"
	done
	variants=() variant_pids=()
	rm -rf -- "$folder/variants"
	# The logs grow by some hundred bytes a request.
	[[ ! -e $folder/log/access.log ]] || : >"$folder/log/access.log"
}

# variant NAME EXPRESSION...: the configuration after sed has changed it.
variant() {
	local name=$1 number=$((${#variants[@]} + 1)) own conf expression
	local p=$((variants_port + ${#variants[@]} + 1)) edits=(-e '')

	shift
	for expression; do
		edits+=(-e "$expression")
	done
	own=$folder/variants/$number conf=$folder/variants/$number/nginx.conf
	mkdir -p "$own/log" "$own/tmp"
	sed -e "s|$folder/log|$own/log|; s|$folder/tmp|$own/tmp|" \
		-e "s|$folder/nginx.pid|$own/nginx.pid|" \
		-e "s|127.0.0.1:$constant_port|127.0.0.1:$p|" \
		"$folder/nginx.conf" >"$conf.shipped"
	sed -E "${edits[@]}" "$conf.shipped" >"$conf"
	(($# == 0)) || ! cmp -s "$conf.shipped" "$conf" ||
		die "the variant '$name' changes nothing"
	taskset -c "$cores" nginx -p "$own" -e "$own/log/nginx.log" -c "$conf" \
		2>>"$own/log/start.log" &
	variant_pids+=($!)
	until port_is_taken $p; do
		kill -0 "${variant_pids[-1]}" 2>/dev/null || {
			cat "$own/log/start.log" >&2
			die "the nginx of '$name' did not start"
		}
		sleep 0.05
	done
	variants+=("$(target "$name" own $p /account/mine)")
}

# run_counted CONF SECONDS: answers requests for so long, or none, and prints
# their number and that of all instructions.
run_counted() {
	local own=${1%/*} p=$variants_port counted requests=0

	sed -e "s|127.0.0.1:[0-9]*|127.0.0.1:$p|; s|nginx.pid|counted.pid|" \
		-e 's/^daemon off;/&master_process off;/' \
		-e 's/worker_connections [0-9]*/worker_connections 512/' \
		"$1" >"$own/counted.conf"
	valgrind --tool=callgrind --callgrind-out-file=/dev/null \
		nginx -p "$own" -e "$own/log/nginx.log" -c "$own/counted.conf" \
		2>"$own/log/counted" &
	counted=$!
	until port_is_taken "$p"; do
		kill -0 $counted 2>/dev/null || {
			cat "$own/log/counted" >&2
			die "nginx did not start in valgrind"
		}
		sleep 0.05
	done
	(($2 == 0)) || requests=$(wrk -t1 -c1 -d"$2s" -H "$authorization" \
		"$base:$p/account/mine" | awk '/requests in/ { print $1 }')
	stop $counted
	awk -v n="$requests" '/Collected/ { print n, $NF }' "$own/log/counted"
}

# Of each variant, into the second table.
count_variants() {
	local i conf requests idle busy

	for i in "${!variants[@]}"; do
		conf=$folder/variants/$((i + 1))/nginx.conf
		read -r _ idle < <(run_counted "$conf" 0)
		read -r requests busy < <(run_counted "$conf" 5)
		((requests > 0)) || die "no request was counted"
		printf '| %s | %d |\n' "${variants[i]%%,*}" \
			$(((busy - idle) / requests)) >>"$state/counted"
	done
}

# measure_variants GROUP CONNECTIONS: rows of the table.
measure_variants() {
	measure --continue --connections "$2" --series "$1" \
		"$(target "as shipped ($1)" own "$constant_port" /account/mine)" \
		"${variants[@]}"
}

# In single quotes stand variables of nginx, here and below.
# shellcheck disable=SC2016
variants_of_the_log() {
	variant 'the same again'
	variant 'access_log off' 's/access_log .*;/access_log off;/'
	variant 'access_log without buffer' 's/ buffer=64k flush=1s;/;/'
	variant 'combined format without buffer' \
		's/(access_log .*) hub buffer=.*;/\1 combined;/'
	variant 'no path and method in the log' \
		's/\$hub_line\$hub_method//; s/\$hub_path",/",/'
	variant 'pcre_jit off' '/^pcre_jit on;/d'
	variant 'ids that are counted instead of random' \
		's/\$request_id/$pid-$connection-$connection_requests/g'
}

variants_of_the_pool() {
	variant 'no kept connections' '/keepalive 1024;/d; /fastcgi_keep_conn/d'
	variant 'keepalive 16' 's/keepalive 1024;/keepalive 16;/'
	variant 'keepalive_requests 1000 of the pool' '/keepalive_requests 1000000;/d'
	variant 'fastcgi_buffering off' \
		's/(fastcgi_buffer)_size 16k;/&\1ing off;/'
	variant 'fastcgi buffers of 4k' '/fastcgi_buffers |fastcgi_buffer_size/d'
	variant 'fastcgi_next_upstream off' \
		's/fastcgi_next_upstream error;/fastcgi_next_upstream off;/'
	variant 'fastcgi_pass_request_body off' \
		's/fastcgi_pass_request_headers off;/&fastcgi_pass_request_body off;/'
}

# The first two undo what the location of the customer API has of its own.
variants_of_the_request() {
	local exact='/location ~ .*account\/mine/,/^\t}/'

	variant 'parameters of all pools' "$exact{/fastcgi_param/d}"
	variant "Debian's fastcgi_params and all header fields" \
		"$exact{/fastcgi_param/d}" '/fastcgi_pass_request_headers/d' \
		's|^\tfastcgi_param REQUEST_METHOD .*|\tinclude /etc/nginx/fastcgi_params;|' \
		'/^\tfastcgi_param (REQUEST_URI|REMOTE_ADDR|HTTPS|CONTENT_|HTTP_)/d'
	variant 'an exact location' \
		's/location ~ .*account\/mine.*/location = \/account\/mine {/'
	variant 'request_pool_size 16k' \
		's/client_header_buffer_size 4k;/&request_pool_size 16k;/'
	variant 'client_header_buffer_size 1k' '/client_header_buffer_size/d'
	variant 'no HSTS' '/Strict-Transport-Security/d'
	variant 'reset_timedout_connection off' '/reset_timedout_connection/d'
}

variants_of_the_client() {
	variant 'keepalive_requests 1000' '/keepalive_requests 100000;/d'
	variant 'keepalive_requests 100' \
		's/keepalive_requests 100000;/keepalive_requests 100;/'
	variant 'tcp_nodelay off' 's/server_tokens off;/&tcp_nodelay off;/'
	variant 'multi_accept on' 's/worker_connections .*;/&multi_accept on;/'
	variant 'accept_mutex on' 's/worker_connections .*;/&accept_mutex on;/'
	variant 'listen reuseport' 's/(listen 127.0.0.1:[0-9]+);/\1 reuseport;/'
	variant 'no keepalive_timeout' '/keepalive_timeout 65s;/d'
}

settings() {
	local group

	become_customer j.janssen@example.nl
	start_constant /account/mine
	place "$(places | cut -d' ' -f1)"
	title "Settings of nginx, $where"
	say 'Each against the shipped configuration, before a constant answer.'
	say
	measure --head
	for group in log pool request; do
		"variants_of_the_$group"
		measure_variants $group 32
		count_variants
		stop_variants
	done
	# What lets clients in matters where there are many.
	variants_of_the_client
	measure_variants client 256
	stop_variants
	title 'Instructions of nginx for a request'
	printf '| what | instructions |\n|---|---|\n'
	cat "$state/counted"
}
