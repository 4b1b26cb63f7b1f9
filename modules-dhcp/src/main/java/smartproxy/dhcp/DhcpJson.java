package smartproxy.dhcp;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.io.SerializedString;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import smartproxy.dhcp.unused.Suggestion;

/** Writes answers as they become known, so that a long one needs no memory. */
final class DhcpJson {
    private static final JsonFactory JSON =
            JsonFactory.builder().build().disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);

    private static final String MAC = "mac";
    private static final String DUID = "duid";

    /** Names of which a long answer has thousands, as they are written. */
    private static final Map<String, SerializableString> NAMES = Stream.of(
                    "name",
                    "ip",
                    MAC,
                    "subnet",
                    "type",
                    "deleteable",
                    "starts",
                    "ends",
                    "state",
                    "cltt",
                    "tstp",
                    "tsfp",
                    "next_state",
                    "hardware_type",
                    "uid",
                    "client_hostname",
                    Reservation.HOSTNAME)
            .collect(Collectors.toUnmodifiableMap(Function.identity(), SerializedString::new));

    private final JsonGenerator json;

    /** The subnet that was shown last, which is mostly that of the next record too. */
    private @Nullable Subnet subnet;

    private String subnetText = "";

    private DhcpJson(JsonGenerator json) {
        this.json = json;
    }

    /** Writes one document. */
    @FunctionalInterface
    interface Document {
        void write(DhcpJson json) throws IOException;
    }

    /** A document that fails is left unfinished, never closed as if it were whole. */
    static void write(OutputStream out, Document document) throws IOException {
        var json = JSON.createGenerator(out);
        try {
            document.write(new DhcpJson(json));
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        json.close();
    }

    void subnets(List<Subnet> subnets) throws IOException {
        json.writeStartArray();
        for (var subnet : subnets) {
            json.writeStartObject();
            json.writeStringField("network", subnet.network().toString());
            json.writeStringField("netmask", subnet.netmask().toString());
            field("options", subnet.options());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    void subnets6(List<Subnet6> subnets) throws IOException {
        json.writeStartArray();
        for (var subnet : subnets) {
            json.writeStartObject();
            json.writeStringField("network", subnet.network().toString());
            json.writeNumberField("prefix", subnet.prefix());
            field("options", subnet.options());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    /**
     * @param reservations hands over all
     * @param leases likewise
     */
    void contents(Consumer<Consumer<Object>> reservations, Consumer<Consumer<Object>> leases) throws IOException {
        json.writeStartObject();
        json.writeArrayFieldStart("reservations");
        reservations.accept(this::unchecked);
        json.writeEndArray();
        json.writeArrayFieldStart("leases");
        leases.accept(this::unchecked);
        json.writeEndArray();
        json.writeEndObject();
    }

    void records(List<?> records) throws IOException {
        json.writeStartArray();
        records.forEach(this::unchecked);
        json.writeEndArray();
    }

    private void unchecked(Object record) {
        try {
            record(record);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @param record a reservation or lease */
    void record(Object record) throws IOException {
        json.writeStartObject();
        if (record instanceof Reservation reservation) {
            common(reservation.name(), reservation.ip(), reservation.mac(), reservation.subnet());
            text("type", "reservation");
            name("deleteable");
            json.writeBoolean(reservation.deleteable());
            options(reservation.options());
        } else if (record instanceof Lease lease) {
            common(lease.name(), lease.ip(), lease.mac(), lease.subnet());
            known("starts", lease.starts());
            known("ends", lease.ends());
            known("state", lease.state());
            text("type", "lease");
            options(lease.options());
        } else if (record instanceof Reservation6 reservation) {
            reservation6(reservation);
        } else if (record instanceof Lease6 lease) {
            lease6(lease);
        }
        json.writeEndObject();
    }

    private void common(String name, Ipv4 ip, MacAddress mac, Subnet of) throws IOException {
        text("name", name);
        text("ip", ip.toString());
        text(MAC, mac.toString());
        if (!of.equals(subnet)) {
            subnet = of;
            subnetText = of.toString();
        }
        text("subnet", subnetText);
    }

    private void name(String name) throws IOException {
        var written = NAMES.get(name);
        if (written == null) {
            json.writeFieldName(name);
        } else {
            json.writeFieldName(written);
        }
    }

    private void text(String name, String text) throws IOException {
        name(name);
        json.writeString(text);
    }

    private void reservation6(Reservation6 reservation) throws IOException {
        var client = reservation.client();
        json.writeStringField("name", reservation.name());
        json.writeStringField("ip", reservation.ips().get(0).toString());
        json.writeStringField(client.kind() == ClientId.Kind.DUID ? DUID : MAC, client.text());
        json.writeStringField("subnet", reservation.subnet().toString());
        json.writeStringField("type", "reservation");
        json.writeBooleanField("deleteable", reservation.deleteable());
        unlessEmpty(Reservation.HOSTNAME, reservation.hostname());
        if (reservation.ips().size() > 1) {
            field("ips", reservation.ips());
        }
        if (!reservation.prefixes().isEmpty()) {
            field("prefixes", reservation.prefixes());
        }
    }

    private void lease6(Lease6 lease) throws IOException {
        json.writeStringField("name", lease.name());
        json.writeStringField("ip", lease.ip().toString());
        json.writeStringField(DUID, lease.client().text());
        unlessEmpty(MAC, lease.mac().map(MacAddress::toString).orElse(""));
        json.writeStringField("subnet", lease.subnet().toString());
        json.writeStringField("starts", lease.starts());
        json.writeStringField("ends", lease.ends());
        json.writeStringField("state", lease.state());
        json.writeStringField("type", "lease");
        unlessEmpty(Reservation.HOSTNAME, lease.hostname());
    }

    private void unlessEmpty(String name, String text) throws IOException {
        if (!text.isEmpty()) {
            json.writeStringField(name, text);
        }
    }

    private void options(Map<String, Object> options) throws IOException {
        for (var option : options.entrySet()) {
            field(option.getKey(), option.getValue());
        }
    }

    /** An object with one address, or null. */
    void ip(@Nullable Ipv4 ip) throws IOException {
        json.writeStartObject();
        json.writeStringField("ip", ip == null ? null : ip.toString());
        json.writeEndObject();
    }

    void suggestions(List<Suggestion> suggestions) throws IOException {
        json.writeStartArray();
        for (var suggestion : suggestions) {
            json.writeStartObject();
            json.writeStringField("ip", suggestion.ip().toString());
            json.writeStringField(
                    MAC, suggestion.mac().map(MacAddress::toString).orElse(null));
            json.writeStringField(
                    "ends", suggestion.ends().truncatedTo(ChronoUnit.SECONDS).toString());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    /** What the server does not tell is null. */
    private void known(String name, Object value) throws IOException {
        name(name);
        if (value.equals("")) {
            json.writeNull();
        } else {
            value(value);
        }
    }

    private void field(String name, Object value) throws IOException {
        name(name);
        value(value);
    }

    private void value(Object value) throws IOException {
        if (value instanceof List<?> list) {
            json.writeStartArray();
            for (var element : list) {
                value(element);
            }
            json.writeEndArray();
        } else if (value instanceof Map<?, ?> map) {
            json.writeStartObject();
            for (var entry : map.entrySet()) {
                field(entry.getKey().toString(), entry.getValue());
            }
            json.writeEndObject();
        } else if (value instanceof Boolean bool) {
            json.writeBoolean(bool);
        } else if (value instanceof Integer || value instanceof Long) {
            json.writeNumber(((Number) value).longValue());
        } else {
            json.writeString(value.toString());
        }
    }
}
