package smartproxy.pulp.content;

/**
 * A file that comes to a Pulp in parts.
 *
 * @param id by which the backend is asked for it; one path segment in the REST API
 * @param size of the whole file in bytes
 * @param received bytes of it that are there, from its begin
 */
public record Upload(String id, long size, long received) {
    public boolean isWhole() {
        return received == size;
    }
}
