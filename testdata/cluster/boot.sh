#!/bin/sh
# boot.sh PROGRAMS FOLDER: the first process of a cluster of one machine, in mount, PID and network namespaces of its own. It becomes containerd; the other
# programs are its children, and all end with it. Only control groups stay, below a2c-cluster, which was made before.
set -e
bin=$1 dir=$2
mkdir -p "$dir/logs"

# The network: nothing leads out of it. A bridge without ports has the node's address, and Services are looked for on it, where kube-proxy finds them.
ip link set lo up
ip link add node0 type bridge
ip address add 10.88.0.1/24 dev node0
ip link set node0 up
ip route add 10.96.0.0/16 dev node0

# What the programs keep at fixed places is kept in memory, and what the kubelet would set for the whole machine it sets in copies.
for place in /run /var/lib /var/log; do mount -t tmpfs tmpfs $place; done
mkdir /run/sysctl
for name in vm/overcommit_memory vm/panic_on_oom kernel/panic kernel/panic_on_oops kernel/keys/root_maxkeys kernel/keys/root_maxbytes; do
  copy=/run/sysctl/$(echo $name | tr / .)
  cat /proc/sys/$name >"$copy"
  mount --bind "$copy" /proc/sys/$name
done


start() {
  name=$1
  shift
  "$@" >"$dir/logs/$name.log" 2>&1 &
}
start etcd "$bin/etcd" --data-dir "$dir/etcd" --listen-client-urls http://127.0.0.1:2379 --advertise-client-urls http://127.0.0.1:2379 \
  --listen-peer-urls http://127.0.0.1:2380 --initial-advertise-peer-urls http://127.0.0.1:2380 --initial-cluster default=http://127.0.0.1:2380 --unsafe-no-fsync
start kube-apiserver "$bin/kube-apiserver" --etcd-servers=http://127.0.0.1:2379 --secure-port=6443 --advertise-address=10.88.0.1 --cert-dir="$dir/certs" \
  --service-account-key-file="$dir/sa.key" --service-account-signing-key-file="$dir/sa.key" --service-account-issuer=https://kubernetes.default.svc \
  --service-cluster-ip-range=10.96.0.0/16 --token-auth-file="$dir/tokens.csv" --authorization-mode=RBAC --allow-privileged=true --kubelet-preferred-address-types=InternalIP
start registry "$dir/registry-program" serve "$dir/registry.yml"
(
  until "$bin/kubectl" --kubeconfig "$dir/kubeconfig" get --raw /readyz >/dev/null 2>&1 && [ -S /run/containerd.sock ]; do sleep 0.3; done
  start kube-controller-manager "$bin/kube-controller-manager" --kubeconfig="$dir/kubeconfig" --leader-elect=false --cert-dir="$dir/certs" \
    --service-account-private-key-file="$dir/sa.key" --root-ca-file="$dir/certs/apiserver.crt"
  start kube-scheduler "$bin/kube-scheduler" --kubeconfig="$dir/kubeconfig" --leader-elect=false --cert-dir="$dir/certs"
  start kubelet "$bin/kubelet" --config="$dir/kubelet.yml" --kubeconfig="$dir/kubeconfig" --cert-dir="$dir/kubelet" --hostname-override=node --node-ip=10.88.0.1
  start kube-proxy "$bin/kube-proxy" --config="$dir/proxy.yml"
  wait
) &
exec containerd --config "$dir/containerd.toml" # its output is that of this script
