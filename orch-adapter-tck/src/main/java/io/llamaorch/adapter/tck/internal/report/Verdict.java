package io.llamaorch.adapter.tck.internal.report;

/** What came of a test, or of a rule's tests together. The worst comes last. */
public enum Verdict {
    /** The adapter holds the rule. */
    PASSED("passed", "✓"),
    /** The adapter does not declare the capability, and refuses it as it should. */
    REFUSED("refused as documented", "⊘"),
    /** Nobody could tell, and the reason is given; this is no pass. */
    NOT_TESTABLE("not testable", "–"),
    /** It fails, and the baseline says that it does. */
    EXPECTED("fails as expected", "!"),
    /** It passes, and the baseline says that it fails: that line must go. */
    MENDED("passes against expectation", "✗"),
    /** The adapter breaks the rule. */
    FAILED("failed", "✗");

    private final String words;
    private final String sign;

    Verdict(String words, String sign) {
        this.words = words;
        this.sign = sign;
    }

    /** {@return the verdict as people read it} */
    public String words() {
        return words;
    }

    /** {@return one character for it} */
    public String sign() {
        return sign;
    }

    /** {@return whether a run with such a verdict is bad} */
    public boolean isBad() {
        return this == FAILED || this == MENDED;
    }
}
