package smartproxy.tftp.bootfiles;

/** Is told how far a file is. */
interface Progress {
    /** @param length of the file; -1: unknown */
    void begin(long length);

    /** @param bytes that came in addition */
    void more(int bytes);
}
