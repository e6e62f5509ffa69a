using System.Diagnostics;
using System.Text;
using TraceFast.Data.Yaml;

namespace TraceFast.Data.Tests.Yaml;

public sealed class YamlReaderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tracefast-yaml-").FullName;

    [Theory]
    [InlineData("a: 1\na: 2\n", ":2: key 'a' is given twice")]
    [InlineData("a: &x [1]\nb: *x\n", ":1: anchors and aliases")]
    [InlineData("b: *x\n", ":1: ")]
    [InlineData("a: !!python/object:os.system x\n", ":1: the tag tag:yaml.org,2002:python/object:os.system is not accepted")]
    [InlineData("- a\n- b\n", "found a list of 2; expected 'key: value' lines")]
    [InlineData("just text\n", "found 'just text'")]
    [InlineData("a: 1\n---\nb: 2\n", ":2: a second document begins")]
    [InlineData("a:\n\tb: 1\n", ":2: the line is indented with a tab")]
    [InlineData("a: 1\nb: 2\nc:\n  d: 1\n  \te: 2\nf: 3\n", ":5: the line is indented with a tab")]
    [InlineData("a: 1\n\tb: 2\nc: 3\n", ":2: the line is indented with a tab")]
    [InlineData("a:\n  - 1\n\t- 2\n", ":3: the line is indented with a tab")]
    [InlineData("a: 1\nb: 2\nc: 3\nd: 4\ne:\n\tf: 1\n", ":6: the line is indented with a tab")]
    [InlineData("a: |\n  \tcode\nb: 2\nc:\n\td: 1\n", ":5: the line is indented with a tab")]
    [InlineData("a: [1, 2\n", "not YAML")]
    [InlineData("a: 'open\n", "not YAML")]
    [InlineData("? [1]\n: 2\n", "found a list of 1 as a key")]
    [InlineData("a: [[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]\n", "nested more than 16 levels deep")]
    public void What_is_not_a_plain_mapping_is_refused_with_its_line(string text, string expected)
    {
        string path = Path.Combine(_folder, "c.yaml");
        File.WriteAllText(path, text);
        string message = Assert.Throws<InputException>(() => YamlReader.ReadFile(path)).Message;
        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.StartsWith(path + ":", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a:\t1\n")]
    [InlineData("a: |\n  \tcode\n  more\n")]
    [InlineData("a: 1\t# note\nb: 2\n")]
    public void A_tab_where_yaml_has_one_is_fine(string text)
    {
        string path = Path.Combine(_folder, "c.yaml");
        File.WriteAllText(path, text);
        Assert.Equal("a", YamlReader.ReadFile(path).Entries[0].Key);
    }

    [Fact]
    public void Bytes_that_are_not_utf8_a_large_file_a_folder_and_a_missing_file_are_refused()
    {
        string path = Path.Combine(_folder, "c.yaml");
        File.WriteAllBytes(path, [.. "a: 1\nb: "u8, 0xff, 0xfe]);
        Assert.Contains(
            "c.yaml:2: byte 8 is not UTF-8", Assert.Throws<InputException>(() => YamlReader.ReadFile(path)).Message,
            StringComparison.Ordinal);
        File.WriteAllText(path, "a: " + new string('x', 1 << 20));
        Assert.Contains(
            "expected a configuration of at most 1048576 bytes", Assert.Throws<InputException>(() => YamlReader.ReadFile(path)).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "is a folder, expected a file", Assert.Throws<InputException>(() => YamlReader.ReadFile(_folder)).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "cannot be read", Assert.Throws<InputException>(() => YamlReader.ReadFile(Path.Combine(_folder, "none"))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_byte_order_mark_and_an_empty_file_are_fine()
    {
        string path = Path.Combine(_folder, "c.yaml");
        File.WriteAllText(path, "a: 1\n", new UTF8Encoding(true));
        Assert.Equal("a", Assert.Single(YamlReader.ReadFile(path).Entries).Key);
        File.WriteAllText(path, "# nothing\n");
        Assert.Empty(YamlReader.ReadFile(path).Entries);
    }

    [Theory]
    [InlineData('[')]
    [InlineData('{')]
    [InlineData('-')]
    [InlineData('?')]
    [InlineData('a')]
    [InlineData('\'')]
    [InlineData('\t')]
    [InlineData('\n')]
    public void A_megabyte_of_one_character_ends_soon(char c)
    {
        string path = Path.Combine(_folder, "c.yaml");
        foreach (string unit in new[] { $"{c}", $"{c} ", $"{c}: " })
        {
            File.WriteAllText(path, string.Concat(Enumerable.Repeat(unit, (1 << 20) / unit.Length)));
            Stopwatch watch = Stopwatch.StartNew();
            try
            {
                YamlReader.ReadFile(path);
            }
            catch (InputException e)
            {
                Assert.True(e.Message.Length < 2000, e.Message.Length.ToString(System.Globalization.CultureInfo.InvariantCulture));
            }
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(5), $"'{unit}': {watch.Elapsed}");
        }
    }

    public void Dispose() => Directory.Delete(_folder, true);
}
