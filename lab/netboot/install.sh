#!/bin/sh
# Installs QEMU, firmware and boot loaders for the tests, and unpacks a Linux kernel below lab/netboot/target. Does nothing when they are
# present; starts no service.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../common.sh"
"$here/../dhcpd/install.sh"
present() {
    for program in qemu-system-x86_64 grub-mkimage python3 busybox; do
        command -v "$program" >/dev/null || return 1
    done
    for file in /usr/lib/PXELINUX/pxelinux.0 /usr/lib/syslinux/modules/bios/ldlinux.c32 /usr/lib/shim/shimx64.efi.signed \
        /usr/lib/grub/x86_64-efi-signed/grubnetx64.efi.signed /usr/lib/grub/x86_64-efi/normal.mod /usr/share/OVMF/OVMF_CODE_4M.fd \
        /usr/lib/ipxe/qemu/pxe-virtio.rom "$here/target/kernel/boot" "$here/target/kernel/bin/busybox"; do
        [ -e "$file" ] || return 1
    done
}
present && exit 0
debian_install qemu-system-x86 ipxe-qemu pxelinux syslinux-common grub-common grub-efi-amd64-bin grub-efi-amd64-signed shim-signed ovmf \
    python3 busybox || true
# A kernel is not installed, it would want to be booted.
if [ ! -e "$here/target/kernel/boot" ] && command -v apt-get >/dev/null; then
    new=$(mktemp -d)
    trap 'rm -rf "$new"' EXIT
    chmod 755 "$new"
    (
        cd "$new"
        kernel=$(apt-cache depends linux-image-cloud-amd64 | sed -n 's/.*Depends: \(linux-image-[^ ]*\).*/\1/p' | head -n 1)
        apt-get -qq -o APT::Sandbox::User=root download "$kernel" busybox-static
        for package in *.deb; do dpkg -x "$package" kernel; done
    )
    mkdir -p "$here/target"
    rm -rf "$here/target/kernel.new"
    cp -r "$new/kernel" "$here/target/kernel.new"
    mv -T "$here/target/kernel.new" "$here/target/kernel" 2>/dev/null || [ -e "$here/target/kernel/boot" ]
fi
present || {
    echo "what network boot needs is missing: QEMU for x86, its iPXE ROM, PXELINUX, GRUB for EFI, shim, OVMF, a kernel, busybox" >&2
    exit 1
}
