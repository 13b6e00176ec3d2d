# fish completion for labpipe: tools, options and their values, as the tools themselves say (--completion).

function __labpipe_tools
    labpipe list --tsv 2>/dev/null | cut -f 2,3
end

# What may follow the words so far, a candidate a line, with its description behind a tab.
function __labpipe_words
    set -l words (commandline -opc)
    set -l before $words[-1]
    set -l word (commandline -ct)
    if test "$words[2]" = help
        test (count $words) -eq 2; and __labpipe_tools
        return
    end
    labpipe $words[2] --completion 2>/dev/null | tail -n +2 | while read -l -d \t option metavar values help
        # The value of the option before, or of --option= in this word.
        set -l start
        string match -q -- "$option=*" $word; and set start "$option="
        if test $metavar != -; and test "$before" = $option -o -n "$start"
            if test $values != -
                printf "$start%s\n" (string split '|' -- $values)
            else if string match -q 'FILE*' $metavar
                __fish_complete_path (string replace -- "$start" '' $word) | string replace -r '^' -- "$start"
            end
            return
        end
    end
    switch $word
        case '-*'
            labpipe $words[2] --completion 2>/dev/null | tail -n +2 | cut -f 1,4
        case '*'
            test "$words[2]" = example; and labpipe example 2>/dev/null | string replace -r ' +' \t
            or __fish_complete_path $word
    end
end

complete -c labpipe -f
complete -c labpipe -n 'test (count (commandline -opc)) -eq 1' -a '(__labpipe_tools)'
complete -c labpipe -n 'test (count (commandline -opc)) -eq 1' -a 'help' -d 'options and examples of a tool'
complete -c labpipe -n 'test (count (commandline -opc)) -eq 1' -a 'list' -d 'what each tool does'
complete -c labpipe -n 'test (count (commandline -opc)) -eq 1' -a 'version' -d 'print the version'
complete -c labpipe -n 'test (count (commandline -opc)) -eq 1' -l help -d 'print the usage'
complete -c labpipe -n 'test (count (commandline -opc)) -eq 1' -l version -d 'print the version'
complete -c labpipe -n 'test (count (commandline -opc)) -eq 1' -l exec-path -d 'print the folder of the tools'
complete -c labpipe -n 'test (count (commandline -opc)) -ge 2' -a '(__labpipe_words)'
