namespace TraceFast.Data.Yaml;

/// <summary>A piece of a YAML file and where it begins.</summary>
/// <param name="Where">"file:line", or the override.</param>
public abstract record YamlNode(string Where)
{
    /// <summary>What it is, for "found ..." in an error.</summary>
    public abstract string Description { get; }

    public sealed record Scalar(string Where, string Text, bool Quoted) : YamlNode(Where)
    {
        /// <summary>Nothing, null or ~ without quotes: the key keeps its default.</summary>
        public bool IsNull => !Quoted && Text is "" or "~" or "null" or "Null" or "NULL";

        public override string Description => Text.Length <= 60 ? $"'{Text}'" : $"'{Text[..60]}...' ({Text.Length} characters)";
    }

    public sealed record Sequence(string Where, IReadOnlyList<YamlNode> Items) : YamlNode(Where)
    {
        public override string Description => $"a list of {Items.Count}";
    }

    public sealed record Mapping(string Where, IReadOnlyList<(string Key, YamlNode Value)> Entries) : YamlNode(Where)
    {
        public override string Description => $"a mapping of {Entries.Count} keys";
    }
}
