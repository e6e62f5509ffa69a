using TraceFast.Constraints.Sampling;

namespace TraceFast.Synthesis.Writing;

/// <summary>Fenced code that prints something about the topic.</summary>
internal static class CodeText
{
    public static string Write(Plan plan, Cells cells, SeededRandom random)
    {
        string language = ((TraceFast.Constraints.Types.CodeBlock)plan.BlockSource!).Language ?? "";
        List<string> used = [];
        string a = cells.Left(plan.TextLanguage, used), b = cells.Left(plan.TextLanguage, used);
        string name = random.Pick<string>(["items", "words", "things", "notes"]);
        string code = language.ToLowerInvariant() switch
        {
            "python" => $"{name} = [\"{a}\", \"{b}\"]\nfor item in {name}:\n    print(item)",
            "javascript" or "js" or "typescript" => $"const {name} = [\"{a}\", \"{b}\"];\nfor (const item of {name}) {{\n  console.log(item);\n}}",
            "bash" or "sh" or "shell" => $"for item in \"{a}\" \"{b}\"; do\n  echo \"$item\"\ndone",
            "sql" => $"SELECT name FROM {name} WHERE name IN ('{a}', '{b}');",
            "html" => $"<ul>\n  <li>{a}</li>\n  <li>{b}</li>\n</ul>",
            "yaml" => $"{name}:\n  - {a}\n  - {b}",
            "json" => $"{{\"{name}\": [\"{a}\", \"{b}\"]}}",
            "java" => $"String[] {name} = {{\"{a}\", \"{b}\"}};\nfor (String item : {name}) {{\n    System.out.println(item);\n}}",
            "csharp" or "c#" => $"string[] {name} = [\"{a}\", \"{b}\"];\nforeach (string item in {name})\n    Console.WriteLine(item);",
            "ruby" => $"{name} = [\"{a}\", \"{b}\"]\n{name}.each {{ |item| puts item }}",
            _ => $"{name}: {a}, {b}",
        };
        return $"```{language}\n{code}\n```";
    }
}
