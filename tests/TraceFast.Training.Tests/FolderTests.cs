using System.Text.RegularExpressions;

namespace TraceFast.Training.Tests;

/// <summary>The table of the project's README against its sources.</summary>
public sealed partial class FolderTests
{
    private static readonly string s_project = Path.Combine(Oracles.RepositoryRoot, "src", "TraceFast.Training");

    public static TheoryData<string> Folders => [.. Table()];

    [Fact]
    public void The_table_names_every_folder_with_sources() =>
        Assert.Equal(
            Directory.GetDirectories(s_project).Where(d => Directory.EnumerateFiles(d, "*.cs", SearchOption.AllDirectories).Any())
                .Select(d => Path.GetFileName(d)).Order(),
            Table().Order());

    [Theory]
    [MemberData(nameof(Folders))]
    public void A_folder_is_a_namespace_and_uses_only_folders_above_it(string folder)
    {
        string[] above = [.. Table().TakeWhile(f => f != folder), folder];
        foreach (string path in Directory.EnumerateFiles(Path.Combine(s_project, folder), "*.cs", SearchOption.AllDirectories))
        {
            string text = File.ReadAllText(path);
            string expected = "TraceFast.Training."
                + Path.GetRelativePath(s_project, Path.GetDirectoryName(path)!).Replace(Path.DirectorySeparatorChar, '.');
            Assert.True(text.Contains($"namespace {expected};", StringComparison.Ordinal), $"{path}: its namespace is not {expected}");
            foreach (Match used in Used().Matches(text))
                Assert.True(
                    above.Contains(used.Groups[1].Value),
                    $"{path} uses {used.Groups[1].Value}, which is not above {folder} in the table of README.md");
        }
    }

    private static string[] Table() =>
        [.. Row().Matches(File.ReadAllText(Path.Combine(s_project, "README.md"))).Select(m => m.Groups[1].Value)];

    [GeneratedRegex(@"^\| `(\w+)` \|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"^using (?:static )?TraceFast\.Training\.(\w+)", RegexOptions.Multiline)]
    private static partial Regex Used();
}
