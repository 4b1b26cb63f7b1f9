package smartproxy.tftp.bootfiles;

/** Is told how far a file is. */
interface Progress {
    /**
     * @param length of the file; -1: unknown
     * @param have bytes of it that an earlier try has brought
     */
    void begin(long length, long have);

    /** @param bytes that came in addition */
    void more(int bytes);

    /**
     * Notes that a try has begun which a later one can go on with.
     *
     * @return false when that could not be noted: then it is begun anew
     */
    boolean note(Partial partial);
}
