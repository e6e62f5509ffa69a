using System.Reflection;

namespace TraceFast.Tests;

/// <summary>How tests are named, in every test project.</summary>
public sealed class TestNameTests
{
    /// <summary>"A_sentence_that_says_what_holds": words with underscores between.</summary>
    [Fact]
    public void Every_test_is_named_by_words_with_underscores_between()
    {
        string[] names =
        [
            .. typeof(TestNameTests).Assembly.GetTypes()
                .SelectMany(t => t.GetMethods(BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public))
                .Where(m => m.GetCustomAttributes<FactAttribute>().Any())
                .Select(m => m.Name),
        ];
        Assert.NotEmpty(names);
        Assert.All(names, name => Assert.Matches("^[A-Z]+[a-z0-9]*$|^[A-Z].*_", name));
    }
}
