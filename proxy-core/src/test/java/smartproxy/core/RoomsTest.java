package smartproxy.core;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.junit.ArchTests;
import com.tngtech.archunit.lang.ArchRule;

/** Who may use whom in the core. */
@AnalyzeClasses(packages = "smartproxy", importOptions = ImportOption.DoNotIncludeTests.class)
class RoomsTest {
    @ArchTest
    static final ArchTests HOUSE = ArchTests.in(HouseRules.class);

    @ArchTest
    static final ArchRule THE_API_STANDS_ALONE = noClasses()
            .that()
            .resideInAPackage("smartproxy.core.api..")
            .should()
            .dependOnClassesThat(resideInAPackage("smartproxy..").and(not(resideInAPackage("smartproxy.core.api.."))));

    @ArchTest
    static final ArchRule ROOMS_FORM_NO_CYCLE =
            slices().matching("smartproxy.core.(*)..").should().beFreeOfCycles();
}
