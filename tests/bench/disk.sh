# shellcheck shell=bash disable=SC2154  # of the caller: see below
#
# What the disk costs a grant, which scripts/bench-identity sources: the hub at
# $disk beside one whose state is in memory, how often an act waits for the disk,
# and refreshes that share a commit.
#
# Of the caller: at, start_hub, prepare, write_scripts, fresh_tokens and load,
# $disk, $rounds, $seconds and $connections. $memory is for it to remove.

# grants NAME SCRIPT CONNECTIONS: a line, disk and memory in turn.
grants() {
	local i place n time name=$1 script=$2

	for ((i = 0; i <= rounds; i++)); do
		for place in disk memory; do
			at $place
			[[ $script != refresh ]] || fresh_tokens
			read -r n time < <(load "$script" token "$3") ||
				die "$name: requests failed"
			((i == 0)) || awk -v n="$n" -v t="$time" \
				'BEGIN { printf "%s ", n / t }'
		done
		((i == 0)) || printf '\n'
	done >"$disk/rates"
	at disk
	printf '| %s, %s | %s | %s | %s |\n' "$name" "$3" \
		"$(column 1 "$disk/rates" | spread 1)" \
		"$(column 2 "$disk/rates" | spread 1)" \
		"$(awk -v c="$3" '{ print 1000 * c / $1 - 1000 * c / $2 }' \
			"$disk/rates" | spread 3)"
}

# syncs NAME SCRIPT PATH POOL: how often one of its acts waits for the disk. LMDB
# writes what is last of a commit through a descriptor that syncs (pwrite64).
syncs() {
	local traced n

	mapfile -t traced < <(pgrep -f "^$state/hub/bin/hubd --pool $4 ")
	[[ $2 != refresh ]] || fresh_tokens
	trace_calls "$state/calls" fdatasync,fsync,msync,pwrite64,pwritev \
		"${traced[@]}" || return 0
	read -r n _ < <(load "$2" "$3") || die "$1: requests failed"
	end_trace
	awk -v name="$1" -v n="$n" '$4 ~ /^[0-9]+$/ { calls[$NF] = $4 }
		END { printf "| %s | %.2f | %.2f |\n", name,
			(calls["fdatasync"] + calls["fsync"] + calls["msync"]) / n,
			(calls["pwrite64"] + calls["pwritev"]) / n }' "$state/calls"
}

# shared EACH: refreshes of one process, so many a commit, disk and memory.
shared() {
	local i place

	for ((i = 0; i <= rounds; i++)); do
		for place in "$disk" "$memory"; do
			mkdir "$place/vault"
			"$BUILD/tests/bench/commits" "$disk/hub/hub.conf" \
				"$place/vault" 10000 "$1" "$seconds" |
				tr '\n' ' ' || die 'the commits failed'
			rm -r "$place/vault"
		done
		printf '\n'
	done | sed 1d >"$disk/rates"
	printf '| %s | %s | %s | %s | %s |\n' "$1" \
		"$(column 1 "$disk/rates" | spread 0)" \
		"$(column 2 "$disk/rates" | spread 3)" \
		"$(column 4 "$disk/rates" | spread 0)" \
		"$(column 5 "$disk/rates" | spread 3)"
}

disk_or_memory() {
	local n

	memory=$(mktemp -d /dev/shm/hub-bench.XXXXXX)
	at memory
	start_hub
	prepare
	write_scripts
	at disk
	printf '\n| grants, connections | a second, on disk | in memory | '
	printf 'ms of one that are the disk |\n|---|---|---|---|\n'
	for n in 1 "$connections"; do
		grants 'client credentials' credentials "$n"
		grants refreshes refresh "$n"
	done
	printf '\n| of one act | calls that sync | writes |\n|---|---|---|\n'
	syncs 'a sign-in' signin login signin
	syncs 'a grant by client credentials' credentials token keepers
	syncs 'a refresh' refresh token keepers
	printf '\n| refreshes a commit | a second, on disk | ms of a commit | '
	printf 'a second, in memory | ms |\n|---|---|---|---|---|\n'
	for n in 1 2 4 8 16; do
		shared "$n"
	done
	printf '\n'
}
