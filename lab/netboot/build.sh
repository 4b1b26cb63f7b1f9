#!/bin/sh
# build.sh ROOT SERVER PORT: puts loaders, a kernel and a tiny system below ROOT, as an administrator would. The system asks DHCP for an
# address, calls the URL that the kernel was given as foreman.url=, and switches off. SERVER:PORT: where httpboot is, for grubhttp.efi.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
PATH=$PATH:/usr/sbin:/sbin
"$here/install.sh"
mkdir -p "$1/boot" "$1/grub"
root=$(cd "$1" && pwd)
kernel=$here/target/kernel
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp /usr/lib/PXELINUX/pxelinux.0 /usr/lib/syslinux/modules/bios/ldlinux.c32 "$root/"
cp /usr/lib/shim/shimx64.efi.signed "$root/shimx64.efi"
cp /usr/lib/grub/x86_64-efi-signed/grubnetx64.efi.signed "$root/grubx64.efi"
# Debian's GRUB looks for its configuration here
echo 'configfile /grub2/grub.cfg' >"$root/grub/grub.cfg"
# under HTTP boot the signed image does not read its configuration
cat >"$work/early.cfg" <<END
net_bootp
set net_default_interface=efinet0:dhcp
export net_default_interface
set root=(http,$2:$3)
configfile (http,$2:$3)/httpboot/grub2/grub.cfg
END
grub-mkimage -O x86_64-efi -o "$root/grubhttp.efi" -p /grub -c "$work/early.cfg" \
    http tftp efinet net normal configfile linux echo test serial all_video

mkdir -p "$work/system/bin" "$work/system/mod" "$work/system/etc" "$work/system/proc" "$work/system/sys" "$work/system/dev"
cp "$kernel/bin/busybox" "$work/system/bin/"
version=$(ls "$kernel/lib/modules")
drivers="drivers/virtio/virtio drivers/virtio/virtio_ring drivers/virtio/virtio_pci_legacy_dev drivers/virtio/virtio_pci_modern_dev
drivers/virtio/virtio_pci net/core/failover drivers/net/net_failover drivers/net/virtio_net"
for driver in $drivers; do
    cp "$kernel/lib/modules/$version/kernel/$driver.ko" "$work/system/mod/"
done
cat >"$work/system/etc/udhcpc" <<'END'
#!/bin/sh
[ "$1" != bound ] || ip addr add "$ip/24" dev eth0
END
cat >"$work/system/init" <<'END'
#!/bin/busybox sh
/bin/busybox --install -s /bin
mount -t proc p /proc
mount -t sysfs s /sys
mount -t devtmpfs d /dev
for driver in virtio_ring virtio virtio_pci_legacy_dev virtio_pci_modern_dev virtio_pci failover net_failover virtio_net; do
    insmod /mod/$driver.ko 2>/dev/null
done
ip link set lo up
ip link set eth0 up
udhcpc -i eth0 -n -q -s /etc/udhcpc
for word in $(cat /proc/cmdline); do
    case $word in foreman.url=*) wget -q -O - "${word#foreman.url=}" && echo "GUEST has called" ;; esac
done
poweroff -f
END
chmod +x "$work/system/init" "$work/system/etc/udhcpc"
(cd "$work/system" && find . | busybox cpio -o -H newc 2>/dev/null | gzip -1) >"$root/boot/initrd.gz"
cp "$kernel/boot/vmlinuz-$version" "$root/boot/linux"
chmod -R a+rX "$root"
