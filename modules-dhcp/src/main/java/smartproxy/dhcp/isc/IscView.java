package smartproxy.dhcp.isc;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import smartproxy.dhcp.DhcpView;
import smartproxy.dhcp.Ipv4;
import smartproxy.dhcp.Lease;
import smartproxy.dhcp.MacAddress;
import smartproxy.dhcp.Reservation;
import smartproxy.dhcp.Subnet;
import smartproxy.dhcp.UsedAddresses;

/** What dhcpd's files said at one moment. */
final class IscView implements DhcpView {
    private final List<Subnet> subnets;
    private final SubnetIndex index;
    private final SubnetRecords[] records;

    /** @param records of each subnet, published */
    IscView(List<Subnet> subnets, SubnetIndex index, SubnetRecords[] records) {
        this.subnets = subnets;
        this.index = index;
        this.records = records;
    }

    @Override
    public List<Subnet> subnets() {
        return subnets;
    }

    @Override
    public Optional<Subnet> subnet(Ipv4 address) {
        var inner = index.find(address.bits());
        // a network address names its own subnet, even when a smaller one begins there as well
        return subnets.stream()
                .filter(subnet -> subnet.network().equals(address))
                .min(Comparator.comparingInt(Subnet::prefix))
                .or(() -> inner < 0 ? Optional.empty() : Optional.of(subnets.get(inner)));
    }

    private @Nullable SubnetRecords of(Subnet subnet) {
        for (var candidate : records) {
            if (candidate.subnet.isSameAs(subnet)) {
                return candidate;
            }
        }
        return null;
    }

    /** How many there are in all. */
    long hosts() {
        return Arrays.stream(records).mapToLong(in -> in.hostsByIp.size()).sum();
    }

    /** How many there are in all. */
    long leases() {
        return Arrays.stream(records).mapToLong(in -> in.leasesByIp.size()).sum();
    }

    private static Reservation reservation(SubnetRecords in, int record) {
        return HostEntry.parse(Records.declaration(in.arena.content(record))).in(in.subnet);
    }

    private static Lease lease(SubnetRecords in, int record) {
        return LeaseRecord.lease(in.subnet, in.arena.ip(record), in.arena.mac(record), in.arena.content(record));
    }

    /** The text of the host declaration of a MAC, as it stands in the file. */
    Optional<byte[]> declaration(Subnet subnet, MacAddress mac) {
        var in = of(subnet);
        var octets = mac.octets();
        var record = in == null ? 0 : in.hostOf(octets, octets.length);
        return in == null || record == 0
                ? Optional.empty()
                : Optional.of(Records.declaration(in.arena.content(record)));
    }

    @Override
    public void eachReservation(Subnet subnet, Consumer<? super Reservation> consumer) {
        var in = of(subnet);
        if (in != null) {
            for (var record : in.hostsByIp.records()) {
                var sharing = in.hostsAt(in.arena.ip(record));
                if (sharing.get(0) == record) {
                    // those of one address stand together, as in the reference
                    sharing.forEach(each -> consumer.accept(reservation(in, each)));
                }
            }
        }
    }

    @Override
    public void eachLease(Subnet subnet, Consumer<? super Lease> consumer) {
        var in = of(subnet);
        if (in != null) {
            for (var record : in.leasesByIp.records()) {
                consumer.accept(lease(in, record));
            }
        }
    }

    @Override
    public List<Reservation> reservationsAt(Subnet subnet, Ipv4 ip) {
        var in = of(subnet);
        return in == null
                ? List.of()
                : in.hostsAt(ip.bits()).stream()
                        .map(record -> reservation(in, record))
                        .toList();
    }

    @Override
    public Optional<Reservation> reservation(Subnet subnet, MacAddress mac) {
        var in = of(subnet);
        var octets = mac.octets();
        var record = in == null ? 0 : in.hostOf(octets, octets.length);
        return in == null || record == 0 ? Optional.empty() : Optional.of(reservation(in, record));
    }

    @Override
    public Optional<Lease> leaseAt(Subnet subnet, Ipv4 ip) {
        var in = of(subnet);
        var record = in == null ? 0 : in.leaseAt(ip.bits());
        return in == null || record == 0 ? Optional.empty() : Optional.of(lease(in, record));
    }

    @Override
    public Optional<Lease> lease(Subnet subnet, MacAddress mac) {
        var in = of(subnet);
        var record = in == null ? 0 : in.leaseOf(mac);
        return in == null || record == 0 ? Optional.empty() : Optional.of(lease(in, record));
    }

    @Override
    public UsedAddresses used(Subnet subnet) {
        var in = of(subnet);
        return in == null ? UsedAddresses.NONE : in.used;
    }
}
