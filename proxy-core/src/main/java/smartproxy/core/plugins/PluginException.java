package smartproxy.core.plugins;

/** A plug-in cannot be used; the message is the reason, for an administrator. */
final class PluginException extends Exception {
    private static final long serialVersionUID = 1L;

    PluginException(String reason) {
        super(reason);
    }

    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }
}
