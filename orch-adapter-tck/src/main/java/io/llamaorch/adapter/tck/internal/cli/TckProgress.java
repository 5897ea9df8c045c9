package io.llamaorch.adapter.tck.internal.cli;

import io.llamaorch.adapter.tck.internal.report.ConformanceReport;
import io.llamaorch.adapter.tck.internal.report.Finding;
import io.llamaorch.adapter.tck.internal.report.KitRun;
import io.llamaorch.adapter.tck.internal.report.Verdict;
import java.util.ArrayList;
import java.util.List;

/**
 * Shows how far the kit has come: on a terminal one line that moves, with what did not pass above it; elsewhere a line for
 * each test.
 */
final class TckProgress implements KitRun.Watcher {

    private static final int BAR = 24;
    private static final int WIDTH = 100;

    private final Terminal terminal;
    private final boolean quiet;
    private final boolean live;
    private int tests;
    private int done;
    private int bad;

    /**
     * Makes one.
     *
     * @param terminal where it is shown
     * @param quiet whether standard output is for something else
     */
    TckProgress(Terminal terminal, boolean quiet) {
        this.terminal = terminal;
        this.quiet = quiet;
        this.live = terminal.isInteractive();
    }

    @Override
    public void begins(int count) {
        tests = count;
    }

    @Override
    public void testBegins(String name) {
        if (live) {
            int filled = tests == 0 ? 0 : BAR * done / tests;
            String bar = "█".repeat(filled) + "░".repeat(BAR - filled);
            String line = bar + " " + done + "/" + tests + (bad == 0 ? "" : ", " + bad + " failed") + "  " + name;
            terminal.status(line.length() > WIDTH ? line.substring(0, WIDTH - 1) + "…" : line);
        }
    }

    @Override
    public void testEnds(Finding finding) {
        done++;
        bad += finding.verdict().isBad() ? 1 : 0;
        if (!quiet && (!live || finding.verdict() != Verdict.PASSED)) {
            if (live) {
                terminal.status("");
            }
            terminal.println(finding.line());
        }
    }

    /** The run is over: what moved is gone. */
    void over() {
        if (live) {
            terminal.status("");
        }
    }

    /** {@return how each broken rule is broken, and what passes that should not} */
    static List<String> stories(ConformanceReport report) {
        List<String> lines = new ArrayList<>();
        for (Finding finding : report.findings()) {
            if (finding.verdict().isBad()) {
                lines.add("");
                lines.addAll(finding.told().lines().toList());
            }
        }
        lines.add("");
        return lines;
    }
}
