# shellcheck shell=bash disable=SC2034  # pids and tracer are for the callers
#
# What the measuring scripts share, which source this after scripts/lib.sh: hubs
# of their own, where processes run, calls of the system, numbers.

pids=() tracer=''

stop() {
	kill -TERM "$1" 2>/dev/null || true
	wait "$1" 2>/dev/null || true
}

# run_hub LOG OPTION...: scripts/run with these, ready; the last of $pids.
run_hub() {
	local log=$1 run

	: >"$log"
	"$ROOT/scripts/run" --mail off --nginx-rate off "${@:2}" >"$log" 2>&1 &
	run=$!
	pids+=("$run")
	until grep -q '^hub is ready' "$log"; do
		kill -0 "$run" 2>/dev/null || {
			cat "$log" >&2
			die "the hub did not start"
		}
		sleep 0.1
	done
}

# as_owner COMMAND...: as who owns the stores.
as_owner() {
	if ((EUID == 0)); then
		setpriv --reuid hub --regid hub --init-groups -- "$@"
	else
		"$@"
	fi
}

# PID and all that came of it.
tree() {
	local p

	printf '%s\n' "$1"
	for p in $(pgrep -P "$1"); do
		tree "$p"
	done
}

all_cores() {
	printf '0-%s' $(($(nproc) - 1))
}

# pin_trees CORES PID...: these and all that came of them.
pin_trees() {
	local p q

	for p in "${@:2}"; do
		for q in $(tree "$p"); do
			# A process may have ended since it was listed.
			taskset -acp "$1" "$q" >/dev/null 2>&1 || true
		done
	done
}

# nginx_workers COUNT FOLDER...: of each nginx, when the old ones have ended.
nginx_workers() {
	local at

	for at in "${@:2}"; do
		sed -i "s/^worker_processes .*/worker_processes $1;/" \
			"$at/nginx.conf"
		kill -HUP "$(<"$at/nginx.pid")"
	done
	sleep 1
}

# trace_calls FILE CALLS PID...: counts these calls of the processes into FILE,
# until end_trace. Fails where strace cannot attach.
trace_calls() {
	local file=$1 calls=$2 attach=() p

	shift 2
	(($# > 0)) || die "no process to trace"
	for p; do
		attach+=(-p "$p")
	done
	: >"$file.log"
	strace -c -e "trace=$calls" -o "$file" "${attach[@]}" 2>"$file.log" &
	tracer=$!
	until (($(grep -c attached "$file.log") == $#)); do
		kill -0 "$tracer" 2>/dev/null || {
			cat "$file.log" >&2
			tracer=
			say 'strace could not attach; passed over'
			return 1
		}
		sleep 0.1
	done
}

end_trace() {
	kill -INT "$tracer"
	wait "$tracer" || true
	tracer=
}

# middle: median, least and greatest of the numbers on standard input.
middle() {
	sort -g | awk '{ v[NR] = $1 } END { h = int((NR + 1) / 2)
		print (v[h] + v[NR + 1 - h]) / 2, v[1], v[NR] }'
}

# spread DIGITS: the middle of the numbers on standard input, with their range.
spread() {
	local median least greatest

	read -r median least greatest < <(middle)
	printf "%.$1f [%.$1f..%.$1f]" "$median" "$least" "$greatest"
}

# column N FILE: numbers.
column() {
	awk -v n="$1" '{ print $n }' "$2"
}

# Some kernels give each session of processes its share of a core. A hub has a
# session of its own, and what it is compared with and its load have another:
# without this some per cent of a ratio are the scheduler's. Before anything is
# started: a process stays in the share that it was born in.
AUTOGROUP=/proc/sys/kernel/sched_autogroup_enabled grouped=''
ungroup() {
	if [[ -w $AUTOGROUP && $(<$AUTOGROUP) == 1 ]]; then
		grouped=yes
		echo 0 >$AUTOGROUP
	elif [[ -r $AUTOGROUP && $(<$AUTOGROUP) == 1 ]]; then
		say "as root this would set $AUTOGROUP to 0 meanwhile; as it" \
			'is, ratios are off by some per cent' >&2
	fi
}

# As ungroup found it.
regroup() {
	[[ -z $grouped ]] || echo 1 >$AUTOGROUP || true
}
