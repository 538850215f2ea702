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
# The name up to its first dot.
short=${"${name%%.*}"}
newline='
'
# Into the variable "text", without another process: every one of them is a part of the boot's time.
slurp() {
  text=
  [ -r "$1" ] || return 0
  while IFS= read -r line || [ -n "$line" ]; do text="$text$line$newline"; done < "$1"
}
slurp /run/systemd/resolve/resolv.conf; resolver=$text
slurp /etc/resolv.conf; resolver=$resolver$text

# The layers of its image, newest first, between the machine's root volume and the host's software.
layers=
if [ -s boot/layers ]; then while read -r layer; do layers="$layers $layer"; done < boot/layers; fi
# Into the variable "text", those that have the directory, as an overlay's options name them.
below() {
  text=
  for layer in $layers; do if [ -d "$layer$1" ]; then text="$text$layer$1:"; fi; done
}
# Whether the machine's root has the path already.
present() {
  for at in root $layers; do if [ -e "$at$1" ] || [ -L "$at$1" ]; then return 0; fi; done
  return 1
}

mount --make-rprivate /
first=; [ -e boot/named ] || first=1
set -- root work mount boot
places=root
[ -z "$layers" ] || places=mount
set -- "$@" $places/dev $places/proc $places/sys $places/run $places/tmp $places/root $places/home/ec2-user $places/opt $places/srv $places/mnt
if [ -n "$layers" ]; then
  # Its own directories first: what an overlay stands on is not changed from below.
  mkdir -p root/usr root/etc root/var work/usr work/etc work/var work/.root mount
  text=
  for layer in $layers; do if [ -z "$text" ]; then text=$layer; else text="$text:$layer"; fi; done
  mount -t overlay overlay -o "lowerdir=$text,upperdir=root,workdir=work/.root" mount
fi
# The host's root is nobody in a user's name space, and nobody may write into its directories. Those
# that are the machine's in its own layer it may write to.
if [ -n "$options" ]; then
  set -- "$@" root/etc/systemd/system root/usr/local/bin root/usr/local/lib root/usr/local/etc \
    root/var/lib/cloud root/var/lib/fogbank root/var/log root/var/www/html root/var/cache root/var/opt root/var/spool root/var/tmp
fi
{
  [ -n "$layers" ] || echo "root mount none bind 0 0"
  for path in /usr /etc /var /bin /sbin /lib /lib32 /lib64 /libx32; do
    if [ -L "$path" ]; then
      present "$path" || cp -P "$path" "$places$path"
    elif [ -d "$path" ]; then
      set -- "$@" "root$path" "work$path"
      below "$path"
      echo "overlay mount$path overlay lowerdir=$text$path,upperdir=root$path,workdir=work$path$options 0 0"
    fi
  done
  for path in /nix /gnu; do
    if [ -d "$path" ]; then set -- "$@" "$places$path"; echo "$path mount$path none rbind 0 0"; fi
  done
  # A machine has the devices that every process may use, and its own disks; not its host's.
  if [ -n "$options" ]; then echo "/dev mount/dev none rbind 0 0"
  else echo "tmpfs mount/dev tmpfs mode=755,nosuid 0 0"; fi
  echo "/sys mount/sys none rbind 0 0"
  echo "proc mount/proc proc defaults 0 0"
  echo "tmpfs mount/run tmpfs mode=755 0 0"
} > boot/mounts
mkdir -p "$@"
if [ -n "$options" ]; then chmod 1777 root/var/tmp; fi
mount -a -T boot/mounts

set -- mount/run/fogbank/bin mount/run/fogbank/node mount/run/fogbank/boot mount/run/lock mount/var/log mount/var/lib/cloud
[ -n "$options" ] || set -- "$@" mount/dev/pts mount/dev/shm mount/dev/disk/by-id
mkdir -p "$@"
: >> console.log
: >> mount/var/log/cloud-init-output.log
{
  if [ -z "$options" ]; then
    echo "/dev/pts mount/dev/pts none rbind 0 0"
    echo "tmpfs mount/dev/shm tmpfs mode=1777,nosuid,nodev 0 0"
  fi
  echo "boot mount/run/fogbank/boot none bind 0 0"
  echo "console.log mount/var/log/cloud-init-output.log none bind 0 0"
} > boot/mounts
mount -a -T boot/mounts
mount --bind "$guest" mount/run/fogbank/bin
mount -o remount,bind,ro mount/run/fogbank/bin 2>/dev/null || true
mount --bind "$node" mount/run/fogbank/node
mount -o remount,bind,ro mount/run/fogbank/node 2>/dev/null || true
if [ -z "$options" ]; then
  set --
  for path in null zero full random urandom tty ptmx console kmsg fuse kvm loop-control net fd stdin stdout stderr; do
    if [ -e "/dev/$path" ] || [ -L "/dev/$path" ]; then set -- "$@" "/dev/$path"; fi
  done
  # Where devices cannot be made, as in some containers, the host's are shown, and no disks.
  if cp -a "$@" mount/dev; then
    while read -r disk major minor links; do
      mknod -m 660 "mount/dev/$disk" b "$major" "$minor"
      for link in $links; do
        case "$link" in disk/*) ln -s "../../$disk" "mount/dev/$link" ;; *) ln -sf "$disk" "mount/dev/$link" ;; esac
      done
    done < boot/disks
  else mount --rbind /dev mount/dev; fi
fi
if [ ! -e mount/opt/aws/bin ] && [ ! -L mount/opt/aws/bin ]; then mkdir -p mount/opt/aws && ln -s /run/fogbank/bin mount/opt/aws/bin; fi
agent=mount/opt/aws/amazon-cloudwatch-agent
if [ ! -e $agent ] && [ ! -L $agent ]; then mkdir -p $agent && ln -s /run/fogbank/bin $agent/bin; fi

# Files are written anew and not over the host's, which may be such that only their owner changes them.
set -- mount/etc/resolv.conf
passwd=
if [ -n "$first" ]; then
  set -- "$@" mount/etc/hostname mount/etc/hosts
  slurp mount/etc/passwd
  case "$newline$text" in
    *"$newline"ec2-user:*) ;;
    *)
      passwd=$text
      slurp mount/etc/group
      set -- "$@" mount/etc/passwd mount/etc/group ;;
  esac
fi
rm -f "$@"
# The VPC's resolver answers at the machine's own address; what it does not know, and where it is not there, the
# host's are asked.
printf 'nameserver %s\n%s' "$address" "$resolver" > mount/etc/resolv.conf
if [ -n "$first" ]; then
  printf '%s\n' "$name" > mount/etc/hostname
  printf '127.0.0.1 localhost\n::1 localhost\n%s %s %s\n' "$address" "$name" "$short" > mount/etc/hosts
  if [ -n "$passwd" ]; then
    printf '%s%s\n' "$passwd" 'ec2-user:x:1000:1000:EC2 Default User:/home/ec2-user:/bin/sh' > mount/etc/passwd
    printf '%s%s\n' "$text" 'ec2-user:x:1000:' > mount/etc/group
  fi
  chmod 1777 mount/tmp
  chmod 700 mount/root
  chown 1000:1000 mount/home/ec2-user 2>/dev/null || true
  : > boot/named
fi
{ printf '%s' "$name" > /proc/sys/kernel/hostname || hostname "$name"; } 2>/dev/null || true
printf '%s' "$stat" > boot/supervisor.new

cd mount
pivot_root . .
umount -l .
# Only now is the machine's root whole; its driver waits for this name.
mv /run/fogbank/boot/supervisor.new /run/fogbank/boot/supervisor
exec chroot . /bin/sh /run/fogbank/boot/init.sh
`;
