package smartproxy.core.health;

import java.util.List;
import java.util.function.DoubleSupplier;

/** A value read at each scrape. */
record Gauge(String name, String help, List<String> labels, List<String> values, DoubleSupplier value) {}
