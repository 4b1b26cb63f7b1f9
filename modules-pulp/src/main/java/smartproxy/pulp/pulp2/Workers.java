package smartproxy.pulp.pulp2;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashSet;
import java.util.Set;

/**
 * Who is online, by the status of Pulp.
 *
 * @param reserved names of those that work
 * @param manages whether there is somebody who gives them work
 * @param schedules whether there is somebody who looks after all of them
 */
record Workers(Set<String> reserved, boolean manages, boolean schedules) {
    static final String RESERVED = "reserved_resource_worker";

    static Workers of(JsonNode status) {
        var reserved = new HashSet<String>();
        var manages = false;
        var schedules = false;
        for (var worker : status.path("known_workers")) {
            // older ones call it _id
            var name = worker.path("name").asText(worker.path("_id").asText(""));
            if (name.startsWith(RESERVED)) {
                reserved.add(name);
            }
            manages |= name.startsWith("resource_manager");
            schedules |= name.startsWith("scheduler");
        }
        return new Workers(reserved, manages, schedules);
    }
}
