package text_test
import ("testing";"strings";"time";"fmt";"sort";"github.com/sanctionwatch/sanctionwatch/watcher/text")
func TestAdv(t *testing.T){
  type row struct{ d time.Duration; s string }
  var rows []row
  text.Tokens("a")
  try := func(p string){ s:=strings.Repeat(p, 60000/len(p)+1); a:=time.Now(); text.Tokens(s); d1:=time.Since(a); a=time.Now(); text.Fold(s); d2:=time.Since(a); rows=append(rows,row{max(d1,d2),fmt.Sprintf("%q %v %v",p,d1,d2)})}
  for _,p:=range pieces { try(p); for _,q:=range pieces { try(p+q); try("a"+p+q); } }
  sort.Slice(rows,func(i,j int)bool{return rows[i].d>rows[j].d})
  for _,r:=range rows[:25]{fmt.Println(r.s)}
}
