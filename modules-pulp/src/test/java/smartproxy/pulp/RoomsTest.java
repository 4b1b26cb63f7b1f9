package smartproxy.pulp;

import static com.tngtech.archunit.base.DescribedPredicate.alwaysTrue;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.junit.ArchTests;
import com.tngtech.archunit.lang.ArchRule;
import smartproxy.core.HouseRules;

/** Who may use whom in the Pulp family. */
@AnalyzeClasses(packages = "smartproxy.pulp", importOptions = ImportOption.DoNotIncludeTests.class)
class RoomsTest {
    @ArchTest
    static final ArchTests HOUSE = ArchTests.in(HouseRules.class);

    /** What the content API asks of a provider serves all of them. */
    @ArchTest
    static final ArchRule PROVIDERS_DO_NOT_KNOW_EACH_OTHER = slices().matching("smartproxy.pulp.(*)..")
            .should()
            .notDependOnEachOther()
            .ignoreDependency(alwaysTrue(), resideInAPackage("smartproxy.pulp.content.."));

    @ArchTest
    static final ArchRule ONLY_THE_FEATURE_KNOWS_SETTINGS_AND_GATEWAY = noClasses()
            .that()
            .resideInAPackage("smartproxy.pulp.*..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("smartproxy.pulp");
}
