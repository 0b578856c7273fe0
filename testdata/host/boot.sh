# boots systemd over an overlay of /, with the files of DIR/files, as PID 1 of namespaces of its own: unshare -mpfuinC boot.sh DIR
set -e
D=$1
mount --make-rprivate /
mkdir -p "$D/rw" "$D/root"
mount -t tmpfs tmpfs "$D/rw"
mkdir -p "$D/rw/up" "$D/rw/work"
mount -t overlay overlay -o "lowerdir=/,upperdir=$D/rw/up,workdir=$D/rw/work" "$D/root"
cd "$D/root"
mkdir -p run tmp sys/fs/cgroup
mount -t proc proc proc
mount -t sysfs -o ro sysfs sys
mount -t tmpfs -o mode=755 tmpfs run
mount -t tmpfs -o mode=1777 tmpfs tmp
mount -t tmpfs tmpfs sys/fs/cgroup
mkdir sys/fs/cgroup/systemd
mount -t cgroup -o none,name=systemd cgroup sys/fs/cgroup/systemd || mount -t cgroup2 cgroup2 sys/fs/cgroup
mount --rbind /dev dev
rm -rf etc/crontab etc/cron.d var/spool/cron # of the machine below: its jobs run there
cp -a "$D/files/." .
pivot_root . mnt
umount -l /mnt
exec env -i container=a2c-proof PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd --log-target=console --log-level=warning
