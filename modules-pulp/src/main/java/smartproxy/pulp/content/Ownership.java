package smartproxy.pulp.content;

import java.util.Map;
import smartproxy.core.api.CallerException;

/** Whose an object of a Pulp is, by its labels. */
final class Ownership {
    /** Says that it is ours, and who of us made it. */
    static final String MANAGED = "smart_proxy_managed";

    static final String BY_API = "api";
    static final String BY_MIRROR = "mirror";

    private Ownership() {}

    /** Of what is made now. */
    static Map<String, String> labels(String by) {
        // without the second one Katello's clean-up removes it
        return Map.of(MANAGED, by, "katello_orphan_cleanup", "false");
    }

    static boolean isOurs(Map<String, String> labels) {
        return labels.containsKey(MANAGED);
    }

    /**
     * @param what it is: {@code Repository 'r1'}
     * @throws CallerException 409 when it is not ours
     */
    static void require(String what, Map<String, String> labels) {
        if (!isOurs(labels)) {
            throw CallerException.conflict(
                    what + " has no label " + MANAGED + ": somebody else made it, and it is left as it is");
        }
    }
}
