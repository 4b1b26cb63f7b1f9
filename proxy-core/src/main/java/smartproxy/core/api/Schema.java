package smartproxy.core.api;

import java.util.List;

/**
 * The settings of a module or provider and how they become its immutable settings record.
 *
 * @param doc what the file is for, one line
 * @param settings in the order of the reference's validators; problems are reported in this order
 * @param binder makes the record from values that passed all rules
 * @param <S> the settings record
 */
public record Schema<S>(String doc, List<Setting<?>> settings, Binder<S> binder) {
    /** Makes the record. */
    @FunctionalInterface
    public interface Binder<S> {
        /** @throws InvalidSetting when values that are right each by itself do not fit together */
        S bind(Values values) throws InvalidSetting;
    }

    public Schema {
        settings = List.copyOf(settings);
    }
}
