# shellcheck shell=bash disable=SC2154,SC2034  # of the caller: see below
#
# What readers on a core of their own feel of sign-ins on another, which
# scripts/bench-identity sources.
#
# Of the caller: pin, unpin, mine, begin_sign_ins and end_sign_ins, $state, $port,
# $http_port, $base, $rounds and $seconds. $second is for it to stop.

second='' second_port=''

# A second nginx of the same configuration, on the pool's core: sign-ins that
# come through it have nothing on the readers'.
start_second() {
	local own=$state/second log=$state/second/log

	second_port=$((port + 100))
	mkdir -p "$log" "$own/tmp"
	sed -e "s|$state/hub/log|$log|; s|$state/hub/tmp|$own/tmp|" \
		-e "s|$state/hub/nginx.pid|$own/nginx.pid|" \
		-e "s|:$port ssl;|:$second_port ssl;|" \
		-e "/listen 127.0.0.1:$http_port;/d" \
		"$state/hub/nginx.conf" >"$own/nginx.conf"
	taskset -c 0 nginx -p "$own" -e "$log/nginx.log" \
		-c "$own/nginx.conf" 2>"$log/start.log" &
	second=$!
	until port_is_taken "$second_port"; do
		kill -0 "$second" 2>/dev/null || {
			cat "$log/start.log" >&2
			die "the second nginx did not start"
		}
		sleep 0.1
	done
}

stop_second() {
	stop "$second"
	second=
}

# What the readers on a core of their own are measured beside, in turn. Of
# sign-ins: the core of their load, wrk's script, and which nginx. A core is free
# for the readers where none of the three works for sign-ins; the others tell
# what nginx takes of it, and what a load generator does that is no part of a hub.
BESIDE=(
	'alone|'
	'alone, once more|'
	'Argon2id beside|hash'
	"sign-ins beside, by an nginx on the pool's core|0 signin second"
	"sign-ins beside, by the readers' nginx|0 signin first"
	"the same, a TLS connection for each|0 signin-anew first"
	"the same, kept connections, with their load on the readers' core|1 signin first"
)

# mine_beside WHAT: what mine prints, and the sign-ins a second.
mine_beside() {
	local hashing core script front

	case $1 in
	'') mine ;;
	hash)
		"$BUILD/tests/bench/argon2" "$state/hub/hub.conf" 0 \
			$((seconds + 1)) >"$state/hashing" &
		hashing=$!
		sleep 0.5
		mine || return
		wait "$hashing"
		;;
	*)
		read -r core script front <<<"$1"
		if [[ $front == first ]]; then
			front=$base
		else
			front=https://localhost:$second_port
		fi
		sign_in_wrk=(taskset -c "$core" wrk)
		begin_sign_ins "$script" "$front"
		mine >"$state/mine" || return
		end_sign_ins
		printf '%s %s\n' "$(<"$state/mine")" \
			"$(awk '/Requests\/sec/ { print $2 }' "$state/sign-ins")"
		;;
	esac
}

pinned_readers() {
	local i k

	pin
	start_second
	rm -f "$state"/beside-*
	mine >/dev/null || die "/account/mine: requests failed"
	for ((i = 0; i < rounds; i++)); do
		for k in "${!BESIDE[@]}"; do
			mine_beside "${BESIDE[k]#*|}" >"$state/line" ||
				die "/account/mine: requests failed"
			cat "$state/line" >>"$state/beside-$k"
		done
	done
	stop_second
	unpin
	printf '\n| readers on one core | requests/s | p50 ms | p99 ms | '
	printf 'p99, times that alone | sign-ins/s |\n|---|---|---|---|---|---|\n'
	for k in "${!BESIDE[@]}"; do
		paste -d' ' "$state/beside-0" "$state/beside-$k" >"$state/both"
		printf '| %s | %s | %s | %s | %s | %s |\n' "${BESIDE[k]%|*}" \
			"$(column 4 "$state/both" | spread 0)" \
			"$(column 5 "$state/both" | spread 2)" \
			"$(column 6 "$state/both" | spread 2)" \
			"$(awk '{ print $6 / $3 }' "$state/both" | spread 3)" \
			"$([[ ${BESIDE[k]} != *signin* ]] ||
				column 7 "$state/both" | spread 1)"
	done
	printf '\n'
}
