package smartproxy.core.root;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.ws.rs.core.Response;

/** JSON answers of the core's own resources: no blanks, keys in the order they were put. */
final class Json {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private Json() {}

    static Response ok(Object value) {
        try {
            return Response.ok(MAPPER.writeValueAsBytes(value), "application/json")
                    .build();
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
