#!/bin/bash
# Training over a network: two hosts, each a network namespace with a name of its own, and a cable between them. Two
# hosts make the bytes of one process; where the cable is cut, the job ends and says so (docs/scaling.md).
. tests/pipe/lib.sh

# ---- the hosts ----

[ "$(id -u)" = 0 ] || { skip 'not root: two hosts made of network namespaces'; exit; }
for program in ip unshare mpirun setsid; do
    command -v $program >/dev/null || { skip "no $program: two hosts made of network namespaces"; exit; }
done
[ -e "$BUILD/liblabpipe-mpi.so.0" ] || { skip 'built without MPI (make MPI=1): two hosts'; exit; }
hosts=("lp$$a" "lp$$b")
address=(10.77.0.1 10.77.0.2)
cleaned() { # what is left on the hosts ends with them
    local host pids
    for host in "${hosts[@]}"; do
        mapfile -t pids < <(ip netns pids "$host" 2>/dev/null)
        [ ${#pids[@]} -eq 0 ] || kill -KILL "${pids[@]}" 2>/dev/null
        ip netns delete "$host" 2>/dev/null
    done
}
trap 'status=$?; trap - ERR; cleaned; close $status' EXIT
if ! { ip netns add "${hosts[0]}" && ip netns add "${hosts[1]}" &&
    ip link add cable netns "${hosts[0]}" type veth peer name cable netns "${hosts[1]}"; } 2>/dev/null; then
    skip 'no network namespaces or veth: two hosts'
    exit
fi
for i in 0 1; do
    ip -n "${hosts[i]}" address add "${address[i]}/24" dev cable
    ip -n "${hosts[i]}" link set cable up
    ip -n "${hosts[i]}" link set lo up
done

# As ssh, for mpirun: remote ADDRESS COMMAND...
cat >"$scratch/remote" <<END
#!/bin/bash
case \$1 in ${address[0]}) host=${hosts[0]} ;; *) host=${hosts[1]} ;; esac
shift
exec ip netns exec \$host unshare --uts bash -c "hostname \$host; \$*"
END
chmod +x "$scratch/remote"
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_plm_rsh_agent=$scratch/remote
# What the page says: messages over this network and no shared memory, and mpirun notices within seconds that a host
# is gone.
export OMPI_MCA_btl=tcp,self OMPI_MCA_btl_tcp_if_include=10.77.0.0/24 OMPI_MCA_oob_tcp_if_include=10.77.0.0/24
# Both hosts have the same CPUs: who waits lets others run.
export OMPI_MCA_mpi_yield_when_idle=1
export OMPI_MCA_oob_tcp_keepalive_time=1 OMPI_MCA_oob_tcp_keepalive_intvl=1 OMPI_MCA_oob_tcp_keepalive_probes=3
on_both() { # on_both RANKS-EACH COMMAND...: as a job that is started on the first host
    local each=$1
    shift
    "$scratch/remote" "${address[0]}" exec timeout -k 5 300 mpirun -x PATH --oversubscribe \
        --host "${address[0]}:$each,${address[1]}:$each" -n $((2 * each)) "${@@Q}"
}

# ---- the same bytes ----

gen-digits -n 500 --seed 1 | split --train 0.8 --seed 1 >"$scratch/data.npz"
cd "$scratch" || exit 1
options=(--hidden 128 --batch 64 --shards 8 --seed 1 --quiet --threads 1)
train-mlp "${options[@]}" --epochs 2 data.npz >one.npz
for each in 1 2; do
    check "$each processes on each of two hosts" on_both $each train-mlp "${options[@]}" --epochs 2 data.npz -o two.npz
    same 'the bytes of one process' two.npz one.npz
    rm -f two.npz
done
check 'messages went over the cable' \
    [ "$(ip -n "${hosts[0]}" -s link show cable | awk '/RX:/ { getline; print $1 }')" -gt 1000000 ]

# ---- a cable that is cut ----

options+=(--epochs 400 --checkpoint run.checkpoint --checkpoint-every 2)
on_both 1 train-mlp "${options[@]}" data.npz -o run.npz >log 2>&1 &
job=$!
until [ -e run.checkpoint ] || ! kill -0 $job 2>/dev/null; do sleep 0.1; done
ip -n "${hosts[0]}" link set cable down
cut=$SECONDS status=0
wait $job || status=$?
took=$((SECONDS - cut))
if [ $status -ne 0 ] && [ $status -ne 124 ] && [ $status -ne 137 ] && [ $took -le 30 ]; then
    pass "a cut cable ends the job ($took s)"
else
    fail "a cut cable: status $status after $took s"
fi
check 'mpirun says what was lost, and where' grep -q -A 4 'lost communication with a remote' log
check 'it names the host' grep -qE "Remote daemon: .*(${address[1]}|${hosts[1]})" log
for host in "${hosts[@]}"; do
    for ((i = 0; i < 100; i++)); do [ -n "$(ip netns pids "$host")" ] || break; sleep 0.1; done
    silent "nothing goes on at $host" ip netns pids "$host"
done
silent 'nothing is under its final name' find . -name 'run.npz*'
check 'one process goes on from the checkpoint' train-mlp "${options[@]}" --resume data.npz -o run.npz
train-mlp "${options[@]:0:9}" --epochs 400 data.npz >whole.npz
same 'to the same bytes' run.npz whole.npz
