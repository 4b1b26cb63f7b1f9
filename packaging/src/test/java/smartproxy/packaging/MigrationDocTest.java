package smartproxy.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;
import smartproxy.core.modules.FileReport;
import smartproxy.core.settings.HostSettings;

/** The table of differences in docs/migration.md is what modules and providers declare. */
class MigrationDocTest {
    private static final String REFRESH =
            "run: mvn -pl packaging -am test -Dtest=MigrationDocTest -Dsurefire.failIfNoSpecifiedTests=false"
                    + " -Dsettings.write=true";
    private static final Path PAGE = House.ROOT.resolve("docs/migration.md");
    private static final String BEGIN = "<!-- differences: begin -->\n";
    private static final String END = "<!-- differences: end -->\n";

    @Test
    void theTableIsUpToDate() throws IOException {
        var page = Files.readString(PAGE);
        var begin = page.indexOf(BEGIN) + BEGIN.length();
        var generated =
                page.substring(0, begin) + FileReport.table(Schemas.catalog()) + page.substring(page.indexOf(END));
        if (Boolean.getBoolean("settings.write")) {
            Files.writeString(PAGE, generated);
        }
        assertThat(Files.readString(PAGE)).as(REFRESH).isEqualTo(generated);
    }

    @Test
    void everyModuleAndProviderIsInIt() {
        var table = FileReport.table(Schemas.catalog());
        Schemas.catalog()
                .modules()
                .forEach(module -> assertThat(table).contains("| " + module.name() + ".yml | works"));
        Schemas.providers().forEach(provider -> assertThat(table).contains("| " + provider.name() + ".yml | works"));
    }

    @Test
    void aDifferenceIsAPhrase() {
        var all = new ArrayList<>(HostSettings.DIFFERENCES);
        Schemas.catalog().modules().forEach(module -> all.addAll(module.differences()));
        Schemas.providers().forEach(provider -> all.addAll(provider.differences()));
        assertThat(all)
                .isNotEmpty()
                .allSatisfy(
                        text -> assertThat(text).doesNotContain("|", "\n", ";").doesNotEndWith("."));
    }
}
