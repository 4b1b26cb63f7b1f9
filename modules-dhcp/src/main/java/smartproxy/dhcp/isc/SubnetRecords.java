package smartproxy.dhcp.isc;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import smartproxy.dhcp.MacAddress;
import smartproxy.dhcp.Subnet;
import smartproxy.dhcp.UsedAddresses;

/** Hosts and leases of one subnet. Written by one thread; {@link #published} is for everybody. */
final class SubnetRecords {
    final Subnet subnet;
    final Arena arena;
    /** The hash of an address is the address. */
    final RecordTable hostsByIp;

    final RecordTable hostsByMac;
    final RecordTable leasesByIp;
    final RecordTable leasesByMac;
    final UsedAddresses used = this::eachUsed;
    private SubnetRecords copy;
    private boolean changed;

    SubnetRecords(Subnet subnet, Arena arena) {
        this.subnet = subnet;
        this.arena = arena;
        hostsByIp = new RecordTable(arena::ip);
        hostsByMac = new RecordTable(arena::macHash);
        leasesByIp = new RecordTable(arena::ip);
        leasesByMac = new RecordTable(arena::macHash);
        copy = this;
        changed = true;
    }

    private SubnetRecords(SubnetRecords other) {
        subnet = other.subnet;
        arena = other.arena;
        hostsByIp = other.hostsByIp.copy();
        hostsByMac = other.hostsByMac.copy();
        leasesByIp = other.leasesByIp.copy();
        leasesByMac = other.leasesByMac.copy();
        copy = this;
    }

    /** What it is now and stays; the same object while nothing changed. */
    SubnetRecords published() {
        if (changed) {
            copy = new SubnetRecords(this);
            changed = false;
        }
        return copy;
    }

    int hostOf(byte[] mac, int length) {
        return ofMac(hostsByMac, mac, length, Arena.macHash(mac, length));
    }

    /** Oldest first. */
    List<Integer> hostsAt(int ip) {
        var found = new ArrayList<Integer>(1);
        for (var place = hostsByIp.first(ip); place >= 0; place = hostsByIp.next(place, ip)) {
            found.add(hostsByIp.record(place));
        }
        Collections.sort(found);
        return found;
    }

    int leaseAt(int ip) {
        var place = leasesByIp.first(ip);
        return place < 0 ? 0 : leasesByIp.record(place);
    }

    /** @param hash of the MAC */
    int leaseOf(byte[] mac, int length, int hash) {
        return ofMac(leasesByMac, mac, length, hash);
    }

    private int ofMac(RecordTable table, byte[] mac, int length, int hash) {
        for (var place = table.first(hash); place >= 0; place = table.next(place, hash)) {
            var record = table.record(place);
            if (arena.hasMac(record, mac, length)) {
                return record;
            }
        }
        return 0;
    }

    int leaseOf(MacAddress mac) {
        var octets = mac.octets();
        return leaseOf(octets, octets.length, Arena.macHash(octets, octets.length));
    }

    void addHost(int record) {
        changed = true;
        hostsByIp.add(record);
        hostsByMac.add(record);
    }

    /** @param record 0 for none */
    void removeHost(int record) {
        if (record != 0) {
            changed = true;
            hostsByIp.remove(record);
            hostsByMac.remove(record);
        }
    }

    /** @param macHash of its MAC */
    void addLease(int record, int ip, int macHash) {
        changed = true;
        leasesByIp.add(record, ip);
        leasesByMac.add(record, macHash);
    }

    /** @param record 0 for none */
    void removeLease(int record) {
        if (record != 0) {
            changed = true;
            leasesByIp.remove(record);
            leasesByMac.remove(record);
        }
    }

    private void eachUsed(UsedAddresses.Ranges ranges) {
        for (var table : new RecordTable[] {hostsByIp, leasesByIp}) {
            for (var record : table.records()) {
                var ip = arena.ip(record);
                ranges.accept(ip, ip);
            }
        }
    }
}
