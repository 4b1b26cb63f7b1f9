package smartproxy.dhcp.kea;

import java.util.Set;

/**
 * What a Kea can do.
 *
 * @param commands it knows
 */
record KeaAbilities(Set<String> commands, Writing writing) {
    boolean can(String command) {
        return commands.contains(command);
    }
}
