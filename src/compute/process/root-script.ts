/**
 * The script that builds a machine's own view of the file system, within fresh mount, process and
 * host name spaces, and then becomes the machine's init.
 *
 * The machine's root is its root volume, empty at first. The host's software shows through it
 * (/usr, /etc, /var and the like, as lower layers of overlays: what the machine writes there lands
 * in its root volume), while /home, /opt, /root, /srv and /tmp are the machine's alone: a fresh
 * server has no files of yours, and no credentials of yours either.
 */
export const rootScript = String.raw`#!/bin/sh
# Arguments: machine directory, host name, address, directory of guest programs, Node's directory,
# extra overlay options.
set -eu
directory=$1 name=$2 address=$3 guest=$4 node=$5 options=$6
cd "$directory"

# Before /proc is the machine's own, it still tells the number that the host knows this process by.
read -r stat < /proc/self/stat
resolver=$(cat /run/systemd/resolve/resolv.conf /etc/resolv.conf 2>/dev/null || true)

mount --make-rprivate /
mkdir -p root work mount
mount --bind root mount

# The host's root is nobody in a user's name space, and nobody may write into its directories. Those
# that are the machine's in its own layer it may write to.
if [ -n "$options" ]; then
  mkdir -p root/etc/systemd/system root/usr/local/bin root/usr/local/lib root/usr/local/etc \
    root/var/lib/cloud root/var/lib/fogbank root/var/log root/var/www/html root/var/cache root/var/opt root/var/spool root/var/tmp
  chmod 1777 root/var/tmp
fi
for path in /usr /etc /var /bin /sbin /lib /lib32 /lib64 /libx32; do
  if [ -L "$path" ]; then
    [ -e "mount$path" ] || [ -L "mount$path" ] || cp -P "$path" "mount$path"
  elif [ -d "$path" ]; then
    mkdir -p "root$path" "work$path"
    mount -t overlay overlay -o "lowerdir=$path,upperdir=root$path,workdir=work$path$options" "mount$path"
  fi
done
for path in /nix /gnu; do
  if [ -d "$path" ]; then mkdir -p "mount$path" && mount --rbind "$path" "mount$path"; fi
done

mkdir -p mount/dev mount/proc mount/sys mount/run mount/tmp mount/root mount/home/ec2-user mount/opt mount/srv mount/mnt
chmod 1777 mount/tmp
chmod 700 mount/root
# A machine has the devices that every process may use, and its own disks; not its host's.
if [ -n "$options" ] || ! mount -t tmpfs -o mode=755,nosuid tmpfs mount/dev; then mount --rbind /dev mount/dev
else
  set --
  for path in null zero full random urandom tty ptmx console kmsg fuse kvm loop-control fd stdin stdout stderr; do
    if [ -e "/dev/$path" ] || [ -L "/dev/$path" ]; then set -- "$@" "/dev/$path"; fi
  done
  cp -a "$@" mount/dev
  mkdir -p mount/dev/pts mount/dev/shm mount/dev/net mount/dev/disk/by-id
  if [ -e /dev/net/tun ]; then cp -a /dev/net/tun mount/dev/net; fi
  mount --rbind /dev/pts mount/dev/pts
  mount -t tmpfs -o mode=1777,nosuid,nodev tmpfs mount/dev/shm
  while read -r disk major minor links; do
    mknod -m 660 "mount/dev/$disk" b "$major" "$minor"
    for link in $links; do
      case "$link" in disk/*) ln -s "../../$disk" "mount/dev/$link" ;; *) ln -sf "$disk" "mount/dev/$link" ;; esac
    done
  done < boot/disks
fi
mount --rbind /sys mount/sys
mount -t proc proc mount/proc
mount -t tmpfs -o mode=755 tmpfs mount/run
mkdir -p mount/run/fogbank/bin mount/run/fogbank/node mount/run/fogbank/boot mount/run/lock
mount --bind "$guest" mount/run/fogbank/bin
mount -o remount,bind,ro mount/run/fogbank/bin 2>/dev/null || true
mount --bind "$node" mount/run/fogbank/node
mount -o remount,bind,ro mount/run/fogbank/node 2>/dev/null || true
mount --bind boot mount/run/fogbank/boot
mkdir -p mount/var/log mount/var/lib/cloud
touch console.log mount/var/log/cloud-init-output.log
mount --bind console.log mount/var/log/cloud-init-output.log
if [ ! -e mount/opt/aws/bin ] && [ ! -L mount/opt/aws/bin ]; then mkdir -p mount/opt/aws && ln -s /run/fogbank/bin mount/opt/aws/bin; fi
agent=mount/opt/aws/amazon-cloudwatch-agent
if [ ! -e $agent ] && [ ! -L $agent ]; then mkdir -p $agent && ln -s /run/fogbank/bin $agent/bin; fi

# The VPC's resolver answers at the machine's own address; what it does not know, and where it is not there, the
# host's are asked.
rm -f mount/etc/resolv.conf
printf 'nameserver %s\n%s\n' "$address" "$resolver" > mount/etc/resolv.conf
# Written anew and not over the host's file, which may be one that only its owner changes.
put() { cat > boot/text && rm -f "mount$1" && cat boot/text > "mount$1" && rm -f boot/text; }
if [ ! -e boot/named ]; then
  printf '%s\n' "$name" | put /etc/hostname
  printf '127.0.0.1 localhost\n::1 localhost\n%s %s %s\n' "$address" "$name" "$(printf '%s' "$name" | cut -d. -f1)" | put /etc/hosts
  if ! grep -q '^ec2-user:' mount/etc/passwd 2>/dev/null; then
    { cat mount/etc/passwd; echo 'ec2-user:x:1000:1000:EC2 Default User:/home/ec2-user:/bin/sh'; } | put /etc/passwd
    { cat mount/etc/group; echo 'ec2-user:x:1000:'; } | put /etc/group
  fi
  chown 1000:1000 mount/home/ec2-user 2>/dev/null || true
  : > boot/named
fi
{ hostname "$name" || printf '%s' "$name" > /proc/sys/kernel/hostname; } 2>/dev/null || true
printf '%s' "$stat" > boot/supervisor.new

cd mount
pivot_root . .
umount -l .
# Only now is the machine's root whole; its driver waits for this name.
mv /run/fogbank/boot/supervisor.new /run/fogbank/boot/supervisor
exec chroot . /bin/sh /run/fogbank/boot/init.sh
`;
