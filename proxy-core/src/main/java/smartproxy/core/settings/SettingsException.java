package smartproxy.core.settings;

import java.nio.file.Path;

/** A settings file cannot be read at all. The message names file, line, what is wrong and what to do. */
public final class SettingsException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient Problem problem;

    /**
     * @param line counted from 1; 0 when no line can be named
     * @param advice what to do; may be empty
     */
    public SettingsException(Path file, int line, String message, String advice) {
        this(Problem.error(file, line, "", message, advice));
    }

    SettingsException(Problem problem) {
        super(problem.toString());
        this.problem = problem;
    }

    public Path file() {
        return problem.file();
    }

    public int line() {
        return problem.line();
    }

    public String advice() {
        return problem.advice();
    }

    /** The same as a problem, to be shown among others. */
    public Problem problem() {
        return problem;
    }
}
