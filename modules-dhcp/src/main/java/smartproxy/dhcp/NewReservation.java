package smartproxy.dhcp;

import java.util.Optional;
import java.util.Set;

/**
 * A reservation that is asked for.
 *
 * @param reservation with the options as they were sent and in that order, {@code hostname} first. A value is a String, or a
 *     List or Map of such: {@code ztp_firmware} may be a Map, {@code <Sun-Fire-V210>root_path_name} is a key
 * @param bootServer the address of {@link Reservation#nextServer()}, resolved when it is a name; empty when there is none, or
 *     the name could not be resolved
 * @param related MACs of sibling interfaces of a bonded host, which may have a reservation of the same address
 */
public record NewReservation(Reservation reservation, Optional<Ipv4> bootServer, Set<MacAddress> related) {
    public NewReservation {
        related = Set.copyOf(related);
    }

    /** Whether it has options for systems of one vendor: {@code <VENDOR>name}, {@code ztp_firmware}. */
    public boolean hasVendorOptions() {
        return reservation.options().keySet().stream().anyMatch(NewReservation::isVendorOption);
    }

    /** Whether the option is for systems of one vendor. */
    public static boolean isVendorOption(String option) {
        return option.equals("ztp_firmware") || (option.startsWith("<") && option.indexOf('>') > 1);
    }
}
