package smartproxy.dhcp.isc;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongSupplier;
import smartproxy.dhcp.Subnet;

/**
 * What dhcpd's files say, as it is built up from them: subnets first, then hosts and leases in the order of the files. Written by
 * one thread; {@link #view} gives what everybody reads.
 */
final class Records {
    private final List<Subnet> subnets;
    private final SubnetIndex index;
    private final Arena arena = new Arena();
    private final SubnetRecords[] bySubnet;
    private final RecordTable hostsByName = new RecordTable(this::nameHash);
    private final LongSupplier now;
    private byte[] scratch = new byte[4096];
    private long bad;

    /** @param now seconds since 1970 */
    Records(List<Subnet> subnets, LongSupplier now) {
        this.subnets = List.copyOf(subnets);
        this.now = now;
        index = new SubnetIndex(subnets);
        bySubnet = this.subnets.stream()
                .map(subnet -> new SubnetRecords(subnet, arena))
                .toArray(SubnetRecords[]::new);
    }

    private static byte[] name(byte[] content) {
        var length = ByteBuffer.wrap(content).getShort() & 0xffff;
        return Arrays.copyOfRange(content, Short.BYTES, Short.BYTES + length);
    }

    /** The declaration of a host record. */
    static byte[] declaration(byte[] content) {
        return Arrays.copyOfRange(
                content, Short.BYTES + (ByteBuffer.wrap(content).getShort() & 0xffff), content.length);
    }

    private int nameHash(int record) {
        return Arrays.hashCode(name(arena.content(record)));
    }

    /** Seconds since 1970. */
    long now() {
        return now.getAsLong();
    }

    /** A record that could not be read. */
    void bad() {
        bad++;
    }

    /** How many could not be read. */
    long badCount() {
        return bad;
    }

    /** @param declaration its text */
    void host(HostEntry host, byte[] declaration) {
        var name = host.name().getBytes(StandardCharsets.UTF_8);
        if (host.deleted()) {
            removeHost(name);
            return;
        }
        if (host.ip().isEmpty() || host.mac().isEmpty()) {
            return;
        }
        var ip = host.ip().get().bits();
        var place = index.find(ip);
        if (place < 0) {
            return;
        }
        var mac = host.mac().get().octets();
        if (name.length > 0xffff || declaration.length > Arena.LARGEST / 2) {
            bad();
            return;
        }
        removeHost(place, bySubnet[place].hostOf(mac, mac.length));
        var content = ByteBuffer.allocate(Short.BYTES + name.length + declaration.length)
                .putShort((short) name.length)
                .put(name)
                .put(declaration)
                .array();
        var record = arena.add(ip, mac, mac.length, content, content.length);
        bySubnet[place].addHost(record);
        hostsByName.add(record);
    }

    private void removeHost(byte[] name) {
        var hash = Arrays.hashCode(name);
        var place = hostsByName.first(hash);
        while (place >= 0) {
            var record = hostsByName.record(place);
            if (Arrays.equals(name(arena.content(record)), name)) {
                removeHost(index.find(arena.ip(record)), record);
            }
            place = hostsByName.next(place, hash);
        }
    }

    private void removeHost(int place, int record) {
        if (record != 0) {
            bySubnet[place].removeHost(record);
            hostsByName.remove(record);
        }
    }

    /**
     * One that is free now ends the one of its address; another one takes the place of those of its address and of its MAC.
     *
     * @param length of its declaration
     * @param time seconds since 1970, of now
     */
    void lease(LeaseRecord lease, int length, long time) {
        var place = index.find(lease.ip);
        if (place < 0 || lease.macLength == 0) {
            return;
        }
        var records = bySubnet[place];
        if (lease.state == LeaseRecord.FREE || (lease.nextState == LeaseRecord.FREE && lease.ends() < time)) {
            records.removeLease(records.leaseAt(lease.ip));
            return;
        }
        if (scratch.length < length + 64) {
            scratch = new byte[length + 4096];
        }
        var size = lease.content(scratch);
        if (size > Arena.LARGEST / 2) {
            bad();
            return;
        }
        var macHash = Arena.macHash(lease.mac, lease.macLength);
        records.removeLease(records.leaseOf(lease.mac, lease.macLength, macHash));
        records.removeLease(records.leaseAt(lease.ip));
        records.addLease(arena.add(lease.ip, lease.mac, lease.macLength, scratch, size), lease.ip, macHash);
    }

    /** As it is now. */
    IscView view() {
        return new IscView(
                subnets,
                index,
                Arrays.stream(bySubnet).map(SubnetRecords::published).toArray(SubnetRecords[]::new));
    }

    /** Memory that hosts and leases take. */
    long bytes() {
        return arena.bytes()
                + Arrays.stream(bySubnet)
                        .mapToLong(records -> records.hostsByIp.bytes()
                                + records.hostsByMac.bytes()
                                + records.leasesByIp.bytes()
                                + records.leasesByMac.bytes())
                        .sum();
    }
}
